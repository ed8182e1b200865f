"""A farm of made-up sites on loopback: thousands of pages of real size, each with text of its own.

Run as `python -m tests.bench.farm --pages N`: prints one JSON line {"port", "urls"} and serves until its standard input
closes; `/sent` tells how many bytes and answers of each status it sent. Linux only, where all of 127/8 is this machine.
"""

import argparse
import asyncio
import gzip
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.prose import Prose

HOSTS = tuple(f"127.0.0.{number}" for number in range(11, 19))
ROBOTS = b"User-agent: *\nDisallow: /private/\n"
SECTIONS = ("treatments", "journal", "answers", "shop", "team", "places")
# Kept short on purpose: a page of a real site of this size has some 300 elements and 60 links.
MENU, LINKS = 18, 14
# Sizes as on the web: half of the pages have less HTML than this many bytes, one in ten more than 80 kB.
MEDIAN_BYTES, SPREAD = 45_000, 0.42


@dataclass(frozen=True, slots=True)
class Site:
    """One host with its paths and with what stands on every page of it."""

    host: str
    name: str
    head: str
    menu: str
    foot: str
    paths: tuple[str, ...]


class Farm:
    """Sites and their pages; the same seed gives the same bytes."""

    def __init__(self, pages: int, seed: int = 7) -> None:
        self._prose = Prose(seed)
        self._seed = seed
        each = -(-pages // len(HOSTS))
        left = pages
        self.sites: list[Site] = []
        for host in HOSTS:
            self.sites.append(self._site(host, min(each, left)))
            left -= len(self.sites[-1].paths)

    def pages(self) -> Iterator[tuple[str, str, bytes]]:
        """Give host, path and HTML of every page."""
        for site in self.sites:
            for path in site.paths:
                yield site.host, path, self._page(site, path).encode()

    def _site(self, host: str, count: int) -> Site:
        rng = random.Random(f"{self._seed} {host}")
        name = self._prose.name(rng)
        paths = ["/"]
        while len(paths) < count:
            slug = "-".join(self._prose.name(rng).lower() for _ in range(3))
            paths.append(f"/{rng.choice(SECTIONS)}/{slug}")
        menu = "".join(
            f'<li class="nav-item"><a class="nav-link" href="{path}">{self._prose.title(rng)}</a></li>'
            for path in paths[1 : MENU + 1]
        )
        foot = "".join(f'<p class="foot-line">{self._prose.plain(rng)}</p>' for _ in range(14))
        style = ";".join(f".c{n}{{margin:{n}px;padding:{n % 7}px;color:#{n * 7919 % 0xFFFFFF:06x}}}" for n in range(90))
        return Site(host, name, f"<style>{style}</style>", menu, foot, tuple(paths))

    def _page(self, site: Site, path: str) -> str:
        rng = random.Random(f"{self._seed} {site.host}{path}")
        title = self._prose.title(rng)
        size = int(MEDIAN_BYTES * rng.lognormvariate(0.0, SPREAD))
        # With menu, links and footer a fifth of the bytes is text that a reader sees.
        body = "".join(self._blocks(rng, size * 13 // 100))
        links = "".join(
            f'<a class="card" href="{target}"><span>{self._prose.title(rng)}</span></a>'
            for target in rng.sample(site.paths, min(LINKS, len(site.paths)))
        )
        html = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | {site.name}</title>'
            f'<meta name="description" content="{self._prose.plain(rng)}">{site.head}</head><body>'
            f"<header><nav><ul>{site.menu}</ul></nav></header><main><h1>{title}</h1>{body}</main>"
            f"<aside>{links}</aside><footer>{site.foot}</footer>"
        )
        missing = max(0, size - len(html))
        state = "".join(f"slot-{rng.randrange(999)}:c{rng.randrange(90)};" for _ in range(missing // 13))
        return f'{html}<script>window.state="{state}"</script></body></html>'

    def _blocks(self, rng: random.Random, characters: int) -> Iterator[str]:
        """Give paragraphs, headings, lists and tables with so many characters of text."""
        speaks_ill = rng.random() < 0.2
        while characters > 0:
            count = rng.randint(1, 4)
            texts = [self._prose.sentence(rng, ill=speaks_ill and rng.random() < 0.08) for _ in range(count)]
            characters -= sum(map(len, texts))
            kind = rng.random()
            if kind < 0.12:
                yield f'<h2 class="c{rng.randrange(90)} title">{texts[0]}</h2>'
            elif kind < 0.3:
                yield "<ul>" + "".join(f'<li class="c{rng.randrange(90)}">{text}</li>' for text in texts) + "</ul>"
            elif kind < 0.4:
                cells = "".join(f"<tr><td>{text}</td><td>{rng.randint(20, 900)}</td></tr>" for text in texts)
                yield f'<table class="c{rng.randrange(90)}">{cells}</table>'
            else:
                yield f'<div class="c{rng.randrange(90)}"><p>{" ".join(texts)}</p></div>'


@dataclass(frozen=True, slots=True)
class _Kept:
    etag: bytes
    packed: bytes


class Answers:
    """The responses of a farm, made once and kept packed; counts what it sends."""

    def __init__(self, farm: Farm) -> None:
        self._of = {(host.encode(), path.encode()): _kept(html) for host, path, html in farm.pages()}
        self._sent: Counter[str] = Counter()

    def to(self, request: bytes) -> bytes:
        """Give the response to one request head."""
        if request.startswith(b"GET /sent "):
            return _response(b"200 OK", b"Content-Type: application/json\r\n", json.dumps(self._sent).encode())
        response = self._to(request)
        self._sent["bytes"] += len(response)
        self._sent[response[9:12].decode()] += 1
        return response

    def _to(self, request: bytes) -> bytes:
        line, _, rest = request.partition(b"\r\n")
        path = line.split(b" ", 2)[1]
        headers = dict(part.lower().split(b": ", 1) for part in rest.split(b"\r\n") if b": " in part)
        if path == b"/robots.txt":
            return _response(b"200 OK", b"Content-Type: text/plain\r\n", ROBOTS)
        kept = self._of.get((headers.get(b"host", b"").partition(b":")[0], path))
        if kept is None:
            return _response(b"404 Not Found", b"", b"")
        if headers.get(b"if-none-match") == kept.etag:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % kept.etag
        head = b"Content-Type: text/html; charset=utf-8\r\nETag: %b\r\n" % kept.etag
        if b"gzip" in headers.get(b"accept-encoding", b""):
            return _response(b"200 OK", head + b"Content-Encoding: gzip\r\n", kept.packed)
        return _response(b"200 OK", head, gzip.decompress(kept.packed))


def _kept(html: bytes) -> _Kept:
    etag = b'"%b"' % hashlib.sha256(html).hexdigest()[:16].encode()
    return _Kept(etag, gzip.compress(html, 6, mtime=0))


def _response(status: bytes, headers: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, headers, len(body), body)


class _Connection(asyncio.Protocol):
    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._answers.to(request))


async def _serve(pages: int) -> None:
    farm = Farm(pages)
    answers = Answers(farm)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    urls = [f"http://{site.host}:{port}{path}" for site in farm.sites for path in site.paths]
    sys.stdout.write(json.dumps({"port": port, "urls": urls}) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve a farm of so many pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().pages))


if __name__ == "__main__":
    main()
