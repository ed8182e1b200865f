"""From saved bytes to markup: unpacked when still compressed, decoded as browsers do."""

import zlib
from typing import Final, NamedTuple

from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

from crawler.extraction.elements import names

MAX_UNPACKED: Final = 16 * 1024 * 1024
_MAX_MEMBERS: Final = 64
_SERVER_DEFAULT: Final = "cp1252"
_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 4_096

_TEXT_CODECS: Final = names(
    "utf-8 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 koi8-r koi8-u"
    " iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14"
    " iso8859-15 iso8859-16 mac-roman mac-cyrillic gb18030 big5hkscs euc_jp iso2022_jp cp932 cp949"
)
"""What a browser would decode; other names that Python knows (utf-7, punycode, hex ...) are as good as none."""


class Decoded(NamedTuple):
    """Text without NUL and with plain line ends; `charset` is the codec it was read with, "" when it came as text."""

    text: str
    charset: str


def unpack(body: bytes) -> tuple[bytes, bool]:
    """A body that is still gzip, unpacked as far as it goes up to MAX_UNPACKED; and whether some is missing."""
    if not body.startswith(_GZIP):
        return body, False
    found: list[bytes] = []
    room = MAX_UNPACKED
    for _ in range(_MAX_MEMBERS):
        unpacked, body, complete = _inflate(body, room)
        found.append(unpacked)
        room -= len(unpacked)
        if not complete or not body.startswith(_GZIP):
            return b"".join(found), not complete
    return b"".join(found), True


def _inflate(data: bytes, room: int) -> tuple[bytes, bytes, bool]:
    """One gzip member: its content, what follows it, and whether it was read to its end.

    It is fed in pieces, so that a fault near the end costs only the last of them.
    """
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    found: list[bytes] = []
    for start in range(0, len(data), _PIECE):
        try:
            found.append(member.decompress(data[start : start + _PIECE], max(room, 1)))
        except zlib.error:
            break
        room -= len(found[-1])
        if member.eof:
            return b"".join(found), member.unused_data + data[start + _PIECE :], True
        if room <= 0:
            break
    return b"".join(found), b"", False


def decode(body: bytes, content_type: str, charset: str | None = None) -> Decoded:
    """The text of a body: byte-order mark, then `charset` or the header, then meta, then UTF-8, then windows-1252."""
    codec, text = _decode(body, content_type, charset)
    text = _plain(text)
    # No decoder of UTF-8 lets a surrogate through.
    return Decoded(text if codec == "utf-8" else without_surrogates(text), codec)


def clean(text: str) -> str:
    """Text without NUL, with U+FFFD for lone surrogates and with one kind of line end."""
    return without_surrogates(_plain(text))


def _plain(text: str) -> str:
    if "\x00" in text:
        text = text.replace("\x00", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def without_surrogates(text: str) -> str:
    """The same text with U+FFFD for every lone surrogate, one for one."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def _decode(body: bytes, content_type: str, charset: str | None) -> tuple[str, str]:
    marked, mark = read_bom(body)
    if marked and mark:
        return marked, to_unicode(body[len(mark) :], marked)
    header = resolve_encoding(charset) if charset else http_content_type_encoding(content_type)
    declared = _known(header) or _readable_meta(html_body_declared_encoding(body))
    if declared:
        return _as_declared(body, declared)
    return _guess(body)


def _known(codec: str | None) -> str | None:
    codec = f"{codec}-be" if codec == "utf-16" else codec
    return codec if codec in _TEXT_CODECS else None


def _readable_meta(codec: str | None) -> str | None:
    """A meta element that could be read was not written in UTF-16."""
    codec = _known(codec)
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _as_declared(body: bytes, declared: str) -> tuple[str, str]:
    """A declaration yields to UTF-8 without a fault when the bytes contradict it, or when it is the servers' default.

    A browser shows the latter garbled; the words that the seller wrote are what is judged.
    """
    try:
        text = body.decode(declared)
    except UnicodeDecodeError:
        text = ""
    if text and (declared != _SERVER_DEFAULT or text.isascii()):
        return declared, text
    try:
        return "utf-8", body.decode("utf-8")
    except UnicodeDecodeError:
        return declared, to_unicode(body, declared)


def _guess(body: bytes) -> tuple[str, str]:
    """UTF-8 unless a good part of its characters beyond ASCII are faults."""
    text = body.decode("utf-8", "replace")
    faults = text.count("\ufffd")
    if faults and faults * 10 > sum(not char.isascii() for char in text):
        return "cp1252", body.decode("cp1252", "replace")
    return "utf-8", text
