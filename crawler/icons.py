"""The icon of a site: which address it has, and what bytes are one."""

from typing import Final
from urllib.parse import urljoin

from crawler.scope import host_of

DEFAULT: Final = "/favicon.ico"
MAX_BYTES: Final = 256 << 10
_MAGIC: Final = (b"\x00\x00\x01\x00", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"BM")
_STARTS_AS_SVG: Final = (b"<svg", b"<?xml", b"<!--", b"<!doctype svg")


def icon_url(page_url: str, declared: str) -> str:
    """Give where the icon of a page lies: as the page declares it, else at the usual place; empty when nowhere."""
    url = declared or urljoin(page_url, DEFAULT)
    return url if host_of(url) else ""


def is_image(body: bytes) -> bool:
    """Tell an image that browsers show as an icon, by its first bytes."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if start.startswith(_STARTS_AS_SVG):
        return b"<svg" in start
    return body.startswith(_MAGIC) or (body.startswith(b"RIFF") and body[8:12] == b"WEBP") or body[4:12] == b"ftypavif"
