"""A hostile web on loopback: each path plays one attack on whoever fetches it, byte by byte where need be."""

import gzip
import socket
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler
from itertools import count, repeat

import brotli
from scrapy.utils import _compression

from tests.crawler.loopback import Odd, Reply, redirect

MEGABYTE = 1 << 20
HTML = "text/html; charset=utf-8"
# Policy of the fetcher that meets all this.
TIMEOUT = 6.0
MAX_BYTES = 8 * MEGABYTE


def raw(*parts: bytes) -> Odd:
    """Answer with exactly these bytes, then hang up."""
    return stream(lambda: iter(parts))


def stream(parts: Callable[[], Iterator[bytes]]) -> Odd:
    """Answer with these bytes for as long as anybody listens."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        try:
            for part in parts():
                handler.connection.sendall(part)
            handler.connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    return play


def dripping(first: bytes, drop: bytes) -> Odd:
    """Answer with the first bytes, then a drop every half second until the other side hangs up."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(0.5)
        handler.connection.sendall(first)
        while True:
            try:
                if not handler.connection.recv(1):
                    return
            except TimeoutError:
                handler.connection.sendall(drop)
            except OSError:
                return

    return play


def head(*headers: str, status: str = "200 OK") -> bytes:
    """Give a status line and headers, ended."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode("latin-1")


def packed(body: bytes, coding: str) -> Reply:
    """Give an HTML answer with a content coding."""
    return Reply(body, headers={"Content-Encoding": coding, "Content-Type": HTML})


@cache
def zipped_zeros(size: int) -> bytes:
    """Give a gzip file of so many zeros, made without holding them."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join([*parts, packer.flush()])


def brotli_zeros(size: int) -> bytes:
    """Give a brotli stream of so many zeros."""
    packer = brotli.Compressor(quality=5)
    parts = [packer.process(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join([*parts, packer.finish()])


def zstd_zeros(size: int) -> bytes:
    """Give a zstd frame of so many zeros."""
    packer = _compression.zstd.ZstdCompressor()
    parts = [packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join([*parts, packer.flush()])


def layered(body: bytes, layers: int) -> bytes:
    """Pack with gzip again and again."""
    for _ in range(layers):
        body = gzip.compress(body)
    return body


def chunks() -> Iterator[bytes]:
    """Give a chunked body without end."""
    yield head("Transfer-Encoding: chunked", f"Content-Type: {HTML}")
    yield from repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def many_headers() -> Iterator[bytes]:
    """Give header lines without end."""
    yield b"HTTP/1.1 200 OK\r\n"
    yield from (b"X-%d: y\r\n" % number * 500 for number in count())


def one_header() -> Iterator[bytes]:
    """Give one header line without end."""
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    yield from repeat(b"x" * 65536)


def interim() -> Iterator[bytes]:
    """Give interim answers without end."""
    yield from repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100)


def big() -> Iterator[bytes]:
    """Give a page of 100 MB."""
    yield head(f"Content-Length: {100 * MEGABYTE}", f"Content-Type: {HTML}")
    yield from repeat(b"<p>filler" * 7000, 1700)


def chain(length: int) -> dict[str, Reply | Odd]:
    """Give a chain of redirects that ends in a page."""
    links = {f"/chain/{number}": redirect(f"/chain/{number + 1}") for number in range(length)}
    return {**links, f"/chain/{length}": Reply(b"the end of the chain")}


BOMBS: dict[str, Reply | Odd] = {
    "/bomb/gzip": packed(zipped_zeros(128 * MEGABYTE), "gzip"),
    "/bomb/br": packed(brotli_zeros(64 * MEGABYTE), "br"),
    "/bomb/zstd": packed(zstd_zeros(64 * MEGABYTE), "zstd"),
    "/bomb/deflate": packed(zlib.compress(bytes(64 * MEGABYTE), 9), "deflate"),
    "/bomb/twice": packed(gzip.compress(zipped_zeros(128 * MEGABYTE)), "gzip, gzip"),
    "/bomb/mixed": packed(brotli.compress(zipped_zeros(128 * MEGABYTE)), "gzip, br"),
    "/bomb/layers": packed(layered(b"<p>deep inside", 40), ", ".join(["gzip"] * 40)),
    "/bomb/no-gzip": packed(b"this is no gzip", "gzip"),
    "/bomb/no-br": packed(b"\xff\xff\xff this is no brotli", "br"),
    "/bomb/no-zstd": packed(b"this is no zstd", "zstd"),
}
"""Answers that unpack to far more than they weigh, or not at all."""

SLOW: dict[str, Reply | Odd] = {
    "/slow/body": dripping(head("Content-Length: 1000000", f"Content-Type: {HTML}"), b"."),
    "/slow/headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
    "/slow/status": dripping(b"", b"H"),
    "/slow/silence": dripping(b"", b""),
}
"""Answers that never end and hardly come."""

FLOODS: dict[str, Reply | Odd] = {
    "/flood/body": stream(chunks),
    "/flood/no-length": stream(lambda: iter((head(f"Content-Type: {HTML}"), *repeat(b"x" * 65536, 400)))),
    "/flood/headers": stream(many_headers),
    "/flood/header": stream(one_header),
    "/flood/interim": stream(interim),
    "/flood/page": stream(big),
    "/flood/video": stream(lambda: iter((head("Content-Type: video/mp4"), *repeat(b"x" * 65536, 400)))),
    "/flood/archive": stream(lambda: iter((head("Content-Type: application/zip", f"Content-Length: {9 * MEGABYTE}"),))),
}
"""Answers that never end, or end too late."""

GARBAGE: dict[str, Reply | Odd] = {
    "/garbage/noise": raw(bytes(range(256)) * 40),
    "/garbage/banner": raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "/garbage/old": raw(b"<html>an answer of HTTP/0.9</html>"),
    "/garbage/version": raw(b"HTTP/99.nine 200 OK\r\n\r\nx"),
    "/garbage/status": raw(b"HTTP/1.1 two hundred\r\n\r\nx"),
    "/garbage/lengths": raw(head("Content-Length: 4", "Content-Length: 9"), b"four"),
    "/garbage/negative": raw(head("Content-Length: -4"), b"four"),
    "/garbage/chunks": raw(head("Transfer-Encoding: chunked"), b"zz\r\nfour\r\n0\r\n\r\n"),
    "/garbage/coding": raw(head("Transfer-Encoding: nonsense"), b"four"),
    "/garbage/nothing": raw(),
    "/garbage/half-a-head": raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "/garbage/switch": raw(head("Upgrade: websocket", status="101 Switching Protocols"), b"\x81\x00"),
}
"""Answers that are no HTTP."""

LIES: dict[str, Reply | Odd] = {
    "/lie/longer": raw(head("Content-Length: 100", f"Content-Type: {HTML}"), b"<p>cut off"),
    "/lie/shorter": raw(head("Content-Length: 9", f"Content-Type: {HTML}"), b"<p>shorter than it is" * 9),
    "/lie/204": raw(head("Content-Length: 9", status="204 No Content"), b"<p>a body"),
    "/lie/205": raw(head("Content-Length: 9", status="205 Reset Content"), b"<p>a body"),
    "/lie/304": raw(head("Content-Length: 9", status="304 Not Modified"), b"<p>a body"),
    "/lie/status": raw(head("Content-Length: 9", status="999 Nonsense"), b"<p>a body"),
    "/lie/charset": Reply(
        "<p>ketamine für 90 €".encode("utf-16"), headers={"Content-Type": "text/html; charset=utf-8"}
    ),
    "/lie/no-charset": Reply(b"<p>k\xe9tamine", headers={"Content-Type": "text/html; charset=klingon"}),
    "/lie/nul": Reply(b"<p>keta\x00mine\x00" * 1000, headers={"Content-Type": HTML}),
    "/lie/type": Reply(b"\x89PNG\r\n\x1a\n" + b"\x00" * 5000, headers={"Content-Type": HTML}),
    "/lie/long-header": raw(head(f"X-Policy: {'p' * 60_000}", "Content-Length: 9"), b"<p>a body"),
}
"""Answers that say one thing and are another; what a browser would show of them is kept."""

ROWS = b"".join(b"<tr><td>item %d<td>%d EUR" % (number, number * 37 % 990) for number in range(12 * MEGABYTE // 30))
PAGES: dict[str, Reply | Odd] = {
    "/page/nested": Reply(b"<div>" * 400_000 + b"last words", headers={"Content-Type": HTML}),
    "/page/just-fits": Reply(b"<p>word" * (MAX_BYTES // 7), headers={"Content-Type": HTML}),
    "/page/too-long": Reply(ROWS, headers={"Content-Type": HTML}),
    "/page/too-long-packed": packed(gzip.compress(ROWS), "gzip"),
    "/page/too-long-br": packed(brotli.compress(ROWS, quality=4), "br"),
    "/page/packed-8-times": packed(gzip.compress(b"<p>word" * (MAX_BYTES // 7)), "gzip"),
}
"""Whole pages that are hard to hold or to read."""

REDIRECTS: dict[str, Reply | Odd] = {
    "/round": redirect("/round"),
    "/pair/a": redirect("/pair/b"),
    "/pair/b": redirect("/pair/a"),
    **chain(12),
    "/to/file": redirect("file:///etc/passwd"),
    "/to/data": redirect("data:text/html,hello"),
    "/to/ftp": redirect("ftp://127.0.0.1/x"),
    "/to/script": redirect("javascript:alert(1)"),
    "/to/nowhere": Reply(status=302),
    "/to/long": redirect("/" + "x" * 100_000),
}
"""Ways that lead round in circles, on and on, or out of the web."""


def calendar(handler: BaseHTTPRequestHandler) -> None:
    """Give a day that leads to more days, for ever."""
    day = int("".join(filter(str.isdigit, handler.path)) or 0)
    links = "".join(f'<a href="/day/{day + step}">later</a>' for step in range(1, 60))
    _give(handler, f"<h1>Day {day}</h1>{links}".encode())


def facets(handler: BaseHTTPRequestHandler) -> None:
    """Give a list that can be narrowed in one way more, for ever."""
    path, _, query = handler.path.partition("?")
    links = "".join(f'<a href="{path}?{query}&amp;{name}=1">narrow</a>' for name in "abcdefghijkl")
    links += "".join(f'<a href="{path.rstrip("/")}/{name}?{query}">narrow</a>' for name in ("red", "blue", "green"))
    _give(handler, links.encode())


def sitemaps(handler: BaseHTTPRequestHandler) -> None:
    """Give an index of itself and of sitemaps that are indexes of more."""
    number = int("".join(filter(str.isdigit, handler.path)) or 0)
    maps = "".join(f"<sitemap><loc>/map{number * 5 + step}.xml</loc></sitemap>" for step in range(6))
    _give(handler, f"<sitemapindex>{maps}</sitemapindex>".encode(), "application/xml")


def _give(handler: BaseHTTPRequestHandler, body: bytes, content_type: str = HTML) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12))
DEFAULTS = b"".join(b'k%d CDATA "v"\n' % number for number in range(20_000))
LOCATION = b"<url><loc>/listed</loc></url>"
SITEMAPS: dict[str, Reply | Odd] = {
    "/laughs.xml": Reply(
        b'<!DOCTYPE u [<!ENTITY a0 "ha">' + LAUGHS + b"]><urlset><url><loc>&a11;</loc></url></urlset>"
    ),
    "/defaults.xml": Reply(b"<!DOCTYPE u [<!ATTLIST url " + DEFAULTS + b">]><urlset>" + LOCATION * 20_000),
    "/zeros.xml.gz": Reply(zipped_zeros(128 * MEGABYTE)),
    "/spaces.xml.gz": Reply(gzip.compress(b"<urlset>" + b" " * (64 * MEGABYTE) + LOCATION)),
    "/many.xml": Reply(b"<urlset>" + b"".join(b"<url><loc>/%d</loc></url>" % number for number in range(120_000))),
    "/deep.xml": Reply(b"<urlset>" * 500_000),
    "/utf16.xml": Reply("<?xml version='1.0' encoding='utf-8'?><urlset>".encode("utf-16")),
}
"""Sitemaps that unpack, expand, nest or list without end."""
