"""The demo web server: every demo site on one loopback port, chosen by the Host header."""

import hashlib
import html
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from crawler.demo.sites import WEEKS, DemoSite, load_sites

LOG = logging.getLogger(__name__)
ORIGIN = re.compile(r"\{\{origin:([a-z0-9-]+)\}\}")
ORIGIN_BYTES = re.compile(ORIGIN.pattern.encode())
CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "txt": "text/plain; charset=utf-8",
        "xml": "application/xml; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "json": "application/json; charset=utf-8",
        "svg": "image/svg+xml; charset=utf-8",
        "ico": "image/x-icon",
    }
)
# Fixed dates, so that two runs of the demo answer alike.
WEEK_DATES: Mapping[int, datetime] = MappingProxyType(
    {1: datetime(2026, 11, 2, 6, 0, tzinfo=UTC), 2: datetime(2026, 11, 9, 6, 0, tzinfo=UTC)}
)


class DemoWeb:
    """Serves the demo sites on 127.0.0.1 while the context is open; `port` 0 takes a free port."""

    def __init__(self, week: int = 1, port: int = 0) -> None:
        self.sites: tuple[DemoSite, ...] = load_sites()
        self.week = week
        self.show_week(week)
        self._by_host = {site.host: site for site in self.sites}
        self._names = frozenset(site.name for site in self.sites)
        self._asked_port = port
        self._server: ThreadingHTTPServer | None = None
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The port in use; RuntimeError before the context is entered."""
        if self._server is None:
            raise RuntimeError("the demo web is not running; enter it with `with DemoWeb() as web:` first")
        return self._server.server_port

    def __enter__(self) -> Self:
        web: DemoWeb = self

        class Handler(DemoHandler):
            demo = web

        self._server = ThreadingHTTPServer(("127.0.0.1", self._asked_port), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = None

    def show_week(self, week: int) -> None:
        """Show the sites as they stand in week 1 or 2 from the next request on."""
        if week not in WEEKS:
            raise ValueError(f"week {week} does not exist; show one of {WEEKS}")
        self.week = week

    def origin(self, name: str) -> str:
        """Give `http://NAME.localhost:PORT` of a site; KeyError when there is no such site."""
        if name not in self._names:
            raise KeyError(f"no demo site is called {name!r}; choose one of {', '.join(sorted(self._names))}")
        return f"http://{name}.localhost:{self.port}"

    def url(self, name: str, path: str = "/") -> str:
        """Give the absolute URL of a path on a site."""
        return self.origin(name) + path

    def site_of(self, host_header: str) -> DemoSite | None:
        """Give the site a Host header names, or None."""
        return self._by_host.get(host_header.rpartition(":")[0] or host_header)

    def fill_text(self, text: str) -> str:
        """Replace origin placeholders in a text by live origins."""
        return ORIGIN.sub(lambda match: self.origin(match[1]), text)

    def fill_bytes(self, body: bytes) -> bytes:
        """Replace origin placeholders in bytes of any charset by live origins."""
        return ORIGIN_BYTES.sub(lambda match: self.origin(match[1].decode("ascii")).encode("ascii"), body)


class DemoHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the site that the Host header names."""

    demo: DemoWeb
    protocol_version = "HTTP/1.1"
    server_version = "DemoWeb"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page, a redirect, 304 or the 404 page."""
        path = unquote(urlsplit(self.path).path) or "/"
        site = self.demo.site_of(self.headers.get("Host", "").lower())
        if site is None:
            self._answer_front()
            return
        redirect = site.redirect(path)
        if redirect is not None:
            self._answer(redirect.status, b"", {"Location": self.demo.fill_text(redirect.to)})
            return
        found = site.find(path, self.demo.week)
        if found is None:
            self._answer_missing(site, path)
            return
        name, raw, changed = found
        body = self.demo.fill_bytes(raw)
        content_type = site.declared_type(path) or CONTENT_TYPES.get(name.rpartition(".")[2], "text/plain")
        headers = {
            "Content-Type": content_type,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            "Last-Modified": format_datetime(WEEK_DATES[changed], usegmt=True),
            "Cache-Control": "no-cache",
        }
        if self._is_fresh(headers["ETag"], WEEK_DATES[changed]):
            del headers["Content-Type"]
            self._answer(304, b"", headers)
        else:
            self._answer(200, body, headers)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Log at debug level only, so that the demo's own output stays readable."""
        LOG.debug(format, *args)

    def _is_fresh(self, etag: str, changed_at: datetime) -> bool:
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return asked.strip() == "*" or etag in {tag.strip() for tag in asked.split(",")}
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return changed_at <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _answer_front(self) -> None:
        items = "".join(
            f'<li><a href="{self.demo.url(site.name)}">{html.escape(site.title)}</a></li>' for site in self.demo.sites
        )
        page = f"<!doctype html><title>Demo web</title><h1>Demo web</h1><p>Made-up sites.</p><ul>{items}</ul>"
        self._answer(404, page.encode(), {"Content-Type": CONTENT_TYPES["html"]})

    def _answer_missing(self, site: DemoSite, path: str) -> None:
        title, shown = html.escape(site.title), html.escape(path)
        page = (
            f'<!doctype html><html lang="en"><title>Page not found - {title}</title>'
            f"<h1>Page not found</h1><p>There is nothing at {shown}.</p>"
            '<p><a href="/">Back to the start page</a></p></html>'
        )
        self._answer(404, page.encode(), {"Content-Type": CONTENT_TYPES["html"]})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)
