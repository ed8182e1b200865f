"""A little web on loopback: pages by host and path, requests counted, and a door that can be held shut."""

import gzip
import hashlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

# Asked of every host, whatever its pages are.
BESIDE = ("/robots.txt", "/favicon.ico")


@dataclass
class Answer:
    """What a path answers with; a `location` makes it a redirect."""

    body: str = ""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_packed: bool = False


@dataclass
class TinyWeb:
    """Serves `pages[host][path]` on 127.0.0.1 while the context is open; hosts are names below localhost."""

    pages: dict[str, dict[str, Answer]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _path: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        web: TinyWeb = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def speak_tls(self, context: ssl.SSLContext) -> None:
        """Answer over TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def port(self) -> int:
        """The port in use."""
        return self._server.server_port

    @property
    def endpoint(self) -> str:
        """The address that a crawler must be allowed to contact."""
        return f"127.0.0.1:{self.port}"

    def url(self, host: str, path: str = "/") -> str:
        """Give the URL of a path on a host."""
        return f"http://{host}.localhost:{self.port}{path}"

    def site(self, host: str, **texts: str) -> None:
        """Make a site: `index` is its front page, which links to all the others by their names."""
        links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in texts if name != "index")
        pages = {f"/{name}": Answer(html(name, text)) for name, text in texts.items() if name != "index"}
        self.pages[host] = {"/": Answer(html(host, texts.get("index", "Welcome."), f"<ul>{links}</ul>")), **pages}

    def answered(self, status: int | None = None) -> list[str]:
        """Give the `host/path` of the requests so far, sorted; those with one status if asked.

        What is asked of every host anyway is left out: robots.txt and the usual icon.
        """
        with self._lock:
            asked = list(self.asked)
        return sorted(place for place, got in asked if status in (None, got) and not place.endswith(BESIDE))

    def sent(self, *places: str) -> int:
        """Give the bytes of the latest answers to these `host/path`, or to all but robots.txt, heads included."""
        with self._lock:
            return sum(
                size
                for place, size in self.sizes.items()
                if (place in places if places else not place.endswith("/robots.txt"))
            )

    def forget(self) -> None:
        """Count from zero again."""
        with self._lock:
            self.asked.clear()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        host = request.headers.get("Host", "").partition(".")[0]
        path = urlsplit(request.path).path
        self.before(path)
        found = self.pages.get(host, {}).get(path) or Answer("not found", 404)
        body = found.body.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        status = found.status
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        if found.is_packed and status == 200:
            body = gzip.compress(body)
        with self._lock:
            self.asked.append((host + path, status))
        request.send_response(status)
        if found.is_packed and status == 200:
            request.send_header("Content-Encoding", "gzip")
        request.send_header("ETag", etag)
        if status != 304:
            request.send_header("Content-Type", found.content_type)
            request.send_header("Content-Length", str(len(body)))
        for name, value in found.headers.items():
            request.send_header(name, value)
        if found.location:
            request.send_header("Location", found.location)
        # As it is put on the wire: the head with its empty line, and the body.
        head = b"".join(getattr(request, "_headers_buffer"))  # noqa: B009
        with self._lock:
            self.sizes[host + path] = len(head) + 2 + len(body)
        request.end_headers()
        request.wfile.write(body)


def html(title: str, text: str, after: str = "") -> str:
    """Give a page with a heading and a paragraph."""
    return f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><p>{text}</p>{after}</html>'
