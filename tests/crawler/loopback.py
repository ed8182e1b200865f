"""A web on 127.0.0.1 for the fetcher's tests, and the fetch policy that lets exactly it through."""

import json
import ssl
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.process import FETCHER, CrawlProcess
from crawler.sources import Source


@dataclass(frozen=True)
class Reply:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# For answers that no Reply can give: endless, slow, torn.
Odd = Callable[[BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that the other side hangs up is what many tests are about."""


class Loopback:
    """Serves `pages`, by path, by host and path (`a.localhost/page`) or all of a host (`a.localhost/*`).

    What it was asked is noted in `asked`.
    """

    def __init__(self, pages: Mapping[str, Reply | Odd]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (named by the base class)
                """Keep the test's output readable."""

        self._server = _Server(("127.0.0.1", 0), Handler)
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
    def endpoint(self) -> str:
        """The address and port to allow."""
        return f"127.0.0.1:{self._server.server_port}"

    def wrap(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the URL of a path, under any host name that resolves to here."""
        return f"http://{host}:{self._server.server_port}{path}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        host = handler.headers.get("Host", "").partition(":")[0]
        self.asked.append(host + handler.path)
        self.headers[host + handler.path] = {name.lower(): value for name, value in handler.headers.items()}
        everything = self.pages.get(host + "/*", Reply(b"none", 404))
        page = self.pages.get(host + handler.path, self.pages.get(handler.path, everything))
        if not isinstance(page, Reply):
            handler.close_connection = True
            page(handler)
            return
        handler.send_response(page.status)
        for name, value in {"Content-Length": str(len(page.body)), **page.headers}.items():
            handler.send_header(name, value.replace("{port}", str(self._server.server_port)))
        handler.end_headers()
        handler.wfile.write(page.body)


def never_done(handler: BaseHTTPRequestHandler) -> None:
    """Send the beginning of a body, then hold the connection until the other side gives up."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"the beginning")
    handler.connection.recv(1)


def redirect(place: str, status: int = 302) -> Reply:
    """Give the answer that leads to another place; `{port}` in it is the port of the same server."""
    return Reply(status=status, headers={"Location": place})


def make_source(spider: str, *start_urls: str, name: str = "tested", max_depth: int = 4) -> Source:
    """Give a source for a test."""
    return Source(name, spider, start_urls, max_depth=max_depth)


def make_policy(*webs: Loopback, **changes: float) -> FetchPolicy:
    """Give a policy without pauses and retries that lets these webs through."""
    limits: dict[str, float] = {"delay_seconds": 0.0, "retries": 0, "timeout_seconds": 20.0} | changes
    allowed = tuple(web.endpoint for web in webs)
    return FetchPolicy("test@rxwarden.example", allowed_addresses=allowed, **limits)  # type: ignore[arg-type]


def fetch(
    source: Source, policy: FetchPolicy, targets: Sequence[Target | str], command: Sequence[str] = FETCHER
) -> dict[str, Page | FetchFailure]:
    """Fetch the targets in one fetcher and give the answers by URL; a URL answered twice fails the test."""
    answers: dict[str, Page | FetchFailure] = {}
    with CrawlProcess(source, policy, command) as fetcher:
        for target in targets:
            fetcher.send(Target(target) if isinstance(target, str) else target)
        fetcher.end()
        for answer in fetcher:
            assert answer.url not in answers
            answers[answer.url] = answer
    return answers


def altered_fetcher(folder: Path, code: str) -> Sequence[str]:
    """Give the command of a fetcher whose set-up `code` changes.

    The code may define `settings_for(policy)` and `spider_for(name)`, which stand in for the fetcher's own.
    """
    script = folder / "altered_fetcher.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {json.dumps(str(folder))})\n"
        "import os\nfrom crawler import child\nfrom crawler.child import spider_class as spider_for\n"
        "from crawler.settings import fetch_settings as settings_for\n"
        f"{code}\n"
        "if __name__ == '__main__':\n"
        "    frames = os.fdopen(os.dup(1), 'wb')\n"
        "    os.dup2(2, 1)\n"
        "    os._exit(child.run(sys.stdin.buffer, frames, settings_for, spider_for))\n",
        "utf-8",
    )
    return (sys.executable, "-P", str(script))
