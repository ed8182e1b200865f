"""One way in for each kind of listing: bytes, whatever they turn out to be, to a Listing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from crawler.extraction.decoding import MAX_UNPACKED, decode, unpack
from crawler.listings.ads import read_ads
from crawler.listings.entries import Listing
from crawler.listings.feeds import read_xml_feed
from crawler.listings.json_feed import is_json_feed, read_json_feed
from crawler.listings.products import is_product_table, read_html_list, read_json_ld, read_product_table

# No listing shrinks to less than a hundredth; what claims to, and is long, was made to fill a memory.
MOST_RATIO: Final = 200
LEAST_BOMB: Final = 4 << 20
FEEDS: Final = (b"<rss", b"<feed", b"<rdf:rdf")
HTML: Final = ("<!doctype html", "<html", "<head", "<body", "<script", "<div", "<meta")


def read_feed(body: bytes, content_type: str) -> Listing:
    """Read RSS, Atom, JSON Feed, a product feed (XML, TSV, CSV) or a JSON-LD list, gzipped or not; never raises."""
    return _read(body, content_type, _feed)


def is_feed(body: bytes) -> bool:
    """Tell a feed, which people do not read as a page, from all else that may hold a list."""
    start = unpacked(body)[0].lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if start.startswith(b"<"):
        return any(tag in start for tag in FEEDS)
    return start.startswith(b"{") and b"jsonfeed.org" in start


def read_ad_export(body: bytes, content_type: str) -> Listing:
    """Read an export of an ad library (JSON, JSON lines, CSV), gzipped or not; never raises."""
    return _read(body, content_type, lambda raw, header: read_ads(decode(raw, header).text))


def unpacked(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Give a body without its gzip, and a sentence on what of it was not read: nothing at all of a bomb."""
    raw, is_cut = unpack(body)
    if len(raw) > LEAST_BOMB and len(raw) > MOST_RATIO * len(body):
        return b"", ("it unpacks to over 200 times its size and was refused",)
    if is_cut:
        size = f"{MAX_UNPACKED >> 20} MiB"
        return raw, (f"its gzip is damaged or unpacks to more than {size}; what came before was read",)
    return raw, ()


def _read(body: bytes, content_type: str, read: Callable[[bytes, str], Listing]) -> Listing:
    raw, problems = unpacked(body)
    if not raw.strip():
        return Listing(problems=problems or ("it is empty",))
    listing = read(raw, content_type)
    return replace(listing, problems=(*problems, *listing.problems))


def _feed(raw: bytes, content_type: str) -> Listing:
    text = decode(raw, content_type).text.lstrip("\ufeff \t\n")
    start = text[:1024].lower()
    if start.startswith("<"):
        is_html = any(tag in start for tag in HTML) and "<rss" not in start and "<feed" not in start
        return read_html_list(text) if is_html else read_xml_feed(raw, content_type)
    if start.startswith(("{", "[")):
        return read_json_feed(text) if is_json_feed(text) else read_json_ld(text)
    if is_product_table(text):
        return read_product_table(text)
    return Listing(problems=("it is no RSS, Atom, JSON Feed, product feed (XML, TSV, CSV) or JSON-LD list",))
