"""What a body is: markup, plain text, JSON, XML, or bytes that hold no text to read."""

import re
from enum import Enum
from typing import Final

_MAGIC: Final = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x28\xb5\x2f\xfd",
    b"\x7fELF",
    b"MZ\x90",
    b"ID3",
    b"OggS",
    b"wOFF",
    b"wOF2",
    b"\x00\x00\x01\x00",
    b"RIFF",
    b"BZh",
    b"\xfd7zXZ",
    b"\x1aE\xdf\xa3",
    b"\xd0\xcf\x11\xe0",
)
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SNIFFED: Final = 1_024
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP: Final = re.compile(rb"<(?:!doctype|html|head|body|title|meta|div|p|h1|table|a|script)[\s>/]", re.IGNORECASE)
_HTML: Final = re.compile(rb"<(?:!doctype html|html)[\s>]", re.IGNORECASE)
_CODE: Final = frozenset({"text/css", "text/javascript", "application/javascript", "application/x-javascript"})


class Medium(Enum):
    """How a body is to be read."""

    HTML = "html"
    TEXT = "text"
    JSON = "json"
    XML = "xml"
    BINARY = "binary"


def medium(body: bytes, content_type: str) -> Medium:
    """The medium of a body; its bytes outweigh a content type that they contradict."""
    start = body[:_SNIFFED]
    if _is_binary(start):
        return Medium.BINARY
    mime = content_type.partition(";")[0].strip().lower()
    if mime in ("text/html", "application/xhtml+xml", "image/svg+xml"):
        return Medium.HTML
    if mime in _CODE:
        return Medium.BINARY
    if mime == "application/json" or mime.endswith("+json"):
        return Medium.JSON
    if mime in ("text/xml", "application/xml") or mime.endswith("+xml"):
        return Medium.HTML if _HTML.search(start) else Medium.XML
    if mime.startswith("text/"):
        return Medium.TEXT
    return Medium.HTML if _MARKUP.search(start) or not mime else Medium.TEXT


def _is_binary(start: bytes) -> bool:
    if start.startswith(_MAGIC) or start[4:8] == b"ftyp":
        return True
    if start.startswith(_MARKS) or _MARKUP.search(start):
        return False
    return len(_CONTROL.findall(start)) * 20 > len(start)
