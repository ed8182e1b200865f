"""Sitemaps: the locations that a sitemap, a sitemap index or a robots.txt lists; hostile input is normal."""

import re
import zlib
from contextlib import suppress
from xml.parsers import expat

GZIP_MAGIC = b"\x1f\x8b"
# The sitemap protocol allows 50 MB and 50,000 locations a file; what lies beyond these bounds is not read.
MAX_UNPACKED = 32 << 20
MAX_LOCATIONS = 50_000
MAX_NESTING = 32
BARE_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
ROBOTS_SITEMAP = re.compile(rb"(?im)^[ \t]*sitemap[ \t]*:[ \t]*(\S+)")
TEXT_URL = re.compile(rb"(?m)^[ \t]*(https?://\S+)[ \t]*\r?$")


class _Stop(Exception):
    """Raised inside the parser to end it: entities or attributes declared, nested too deep, or enough found."""


class _Locations:
    """Collects the text of each <loc> that stands directly in a <url> or <sitemap>, whatever their prefix."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2].lower())
        self._text.clear()
        if len(self._path) > MAX_NESTING:
            raise _Stop

    def end(self, _name: str) -> None:
        if self._path[-2:] in (["url", "loc"], ["sitemap", "loc"]):
            self.found.append("".join(self._text).strip())
        self._path.pop()
        if len(self.found) >= MAX_LOCATIONS:
            raise _Stop

    def text(self, data: str) -> None:
        self._text.append(data)


def sitemap_locations(body: bytes) -> tuple[str, ...]:
    """Give the locations of a sitemap or sitemap index (XML, one URL a line, or either gzipped), in order.

    A broken file gives what stands before the break; a file that is no sitemap gives nothing. Entities and
    default attributes that the file declares itself are never expanded: reading stops at their declaration.
    """
    body = _unpack(body).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body.startswith(b"<"):
        return _decoded(TEXT_URL.findall(body))
    locations = _Locations()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = locations.start
    parser.EndElementHandler = locations.end
    parser.CharacterDataHandler = locations.text
    parser.EntityDeclHandler = parser.AttlistDeclHandler = _refuse_declaration
    # ValueError and LookupError: the file names an encoding that Python cannot read it with.
    with suppress(expat.ExpatError, _Stop, ValueError, LookupError):
        parser.Parse(BARE_AMPERSAND.sub(b"&amp;", body), True)
    return tuple(locations.found)


def robots_sitemaps(body: bytes) -> tuple[str, ...]:
    """Give the URLs of the `Sitemap:` lines of a robots.txt, in order."""
    return _decoded(ROBOTS_SITEMAP.findall(body))


def _unpack(body: bytes) -> bytes:
    """Undo gzip as far as MAX_UNPACKED; of a broken archive, give what came before the break."""
    if not body.startswith(GZIP_MAGIC):
        return body[:MAX_UNPACKED]
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return b""


def _decoded(urls: list[bytes]) -> tuple[str, ...]:
    return tuple(url.decode("utf-8", "replace") for url in urls[:MAX_LOCATIONS])


def _refuse_declaration(*_declaration: object) -> None:
    raise _Stop
