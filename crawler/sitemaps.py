"""Sitemaps: the locations that a sitemap, a sitemap index, a feed or a robots.txt lists; hostile input is normal."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.listings.entries import Problems
from crawler.listings.feeds import read_xml_feed
from crawler.listings.reading import unpacked
from crawler.listings.xml_stream import Stop, local_name, parse_xml

# The sitemap protocol allows so many locations a file; what lies beyond is not read.
MAX_LOCATIONS = 50_000
MAX_TEXT = 8_192
ROBOTS_SITEMAP = re.compile(rb"(?im)^[ \t]*sitemap[ \t]*:[ \t]*(\S+)")
TEXT_URL = re.compile(rb"(?m)^[ \t]*(https?://\S+)[ \t]*\r?$")


@dataclass(frozen=True, slots=True)
class Location:
    """One <loc>; `is_sitemap` when an index lists it. `changed_at` is the site's own word, and only a hint."""

    url: str
    changed_at: datetime | None = None
    is_sitemap: bool = False


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What was read of a sitemap, in its order; `problems` are sentences for what could not be read."""

    locations: tuple[Location, ...] = ()
    problems: tuple[str, ...] = ()

    def by_hint(self, now: datetime) -> tuple[Location, ...]:
        """Give the locations with those that are said to have changed last first; nothing is left out for its date.

        A date to come says nothing. Where it counts, at the end of a visit's budget, the newest pages are in.
        """
        dated = [one for one in self.locations if one.changed_at is not None and one.changed_at <= now]
        known = set(map(id, dated))
        dated.sort(key=lambda one: one.changed_at or now, reverse=True)
        return (*dated, *(one for one in self.locations if id(one) not in known))


class _Locations:
    """Collects the <loc> and <lastmod> that stand directly in a <url> or <sitemap>, whatever their prefix."""

    def __init__(self) -> None:
        self.found: list[Location] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._room = MAX_TEXT
        self._url = self._date = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Begin to take text anew."""
        self._path.append(local_name(name))
        self._text.clear()
        self._room = MAX_TEXT
        if self._path[-1] in ("url", "sitemap"):
            self._url = self._date = ""

    def end(self) -> None:
        """Take what has ended."""
        name = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if parent in ("url", "sitemap") and name == "loc":
            self._url = "".join(self._text).strip()
        elif parent in ("url", "sitemap") and name == "lastmod":
            self._date = "".join(self._text).strip()
        elif name in ("url", "sitemap"):
            self.give(name)

    def text(self, data: str) -> None:
        """Take as much text as a URL may be long."""
        self._text.append(data[: self._room])
        self._room -= len(self._text[-1])

    def give(self, name: str) -> None:
        """Note the location that was read, if there was one."""
        if not self._url:
            return
        self.found.append(Location(self._url, read_date(self._date), name == "sitemap"))
        self._url = ""
        if len(self.found) >= MAX_LOCATIONS:
            raise Stop(f"only the first {MAX_LOCATIONS:,} locations were read")

    def rest(self) -> None:
        """Give out the location that a fault left open."""
        names = [name for name in self._path if name in ("url", "sitemap")]
        if names and len(self.found) < MAX_LOCATIONS:
            self.give(names[-1])


def read_sitemap(body: bytes, content_type: str = "") -> Sitemap:
    """Read a sitemap, a sitemap index, an RSS or Atom feed (XML), one URL a line, or any of them gzipped.

    A broken file gives what stands before the break; a file that is no sitemap gives nothing. Entities and
    default attributes that the file declares itself are never expanded: reading stops at their declaration.
    """
    raw, told = unpacked(body)
    raw = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    problems = Problems()
    for sentence in told:
        problems.add(sentence)
    if raw[:1] not in (b"<", b"\xff", b"\xfe"):
        return Sitemap(tuple(Location(url) for url in _decoded(TEXT_URL.findall(raw))), problems.told())
    locations = _Locations()
    fault = parse_xml(raw, content_type, locations)
    if fault:
        problems.add(fault)
        locations.rest()
    found = tuple(locations.found) or tuple(Location(url) for url in read_xml_feed(raw, content_type).links)
    return Sitemap(found, problems.told())


def robots_sitemaps(body: bytes) -> tuple[str, ...]:
    """Give the URLs of the `Sitemap:` lines of a robots.txt, in order."""
    return _decoded(ROBOTS_SITEMAP.findall(body))


def read_date(text: str) -> datetime | None:
    """Read a W3C date (year, month, day or moment), in UTC where it names no zone; None for anything else."""
    missing = {4: "-01-01", 7: "-01"}.get(len(text), "")
    try:
        moment = datetime.fromisoformat(text + missing)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _decoded(urls: list[bytes]) -> tuple[str, ...]:
    return tuple(url.decode("utf-8", "replace") for url in urls[:MAX_LOCATIONS])
