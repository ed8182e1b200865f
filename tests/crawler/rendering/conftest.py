"""A hostile web on loopback, secrets beside it that record who comes, and a browser that must not reach them."""

import os
import select
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pytest

from crawler.rendering.items import RenderPolicy
from crawler.rendering.launch import find_browser
from crawler.rendering.process import RenderProcess
from tests.crawler.loopback import Loopback
from tests.crawler.rendering.hostile import PAGES

ADVICE = "Chromium is missing: `apt-get install chromium`"


class Vault:
    """Listens on 127.0.0.1, on ::1 where there is one, and for UDP; `callers` counts who came."""

    def __enter__(self) -> Self:
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=128)]
        self.port: int = self._sockets[0].getsockname()[1]
        if socket.has_dualstack_ipv6():
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", self.port))
        self._sockets.append(datagrams)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._sockets:
            one.close()

    @property
    def endpoint(self) -> str:
        """The address and port of the secret."""
        return f"127.0.0.1:{self.port}"

    def has_callers(self) -> bool:
        """Tell whether anybody connected or sent anything."""
        return bool(select.select(self._sockets, [], [], 0)[0])


def chromium() -> str:
    """The browser of these tests; without one they are skipped, but not where CI runs."""
    found = find_browser()
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    return found


@pytest.fixture(scope="module")
def web() -> Iterator[Loopback]:
    """Pages of every kind."""
    with Loopback(PAGES) as web:
        yield web


@pytest.fixture(scope="module")
def policy(web: Loopback) -> RenderPolicy:
    """Small limits, so that what never ends is over soon."""
    return RenderPolicy(
        "rxwarden-test/1",
        browser=chromium(),
        allowed_addresses=(web.endpoint,),
        page_seconds=5.0,
        settle_seconds=1.0,
        max_requests=120,
        max_bytes=2 << 20,
        max_html_bytes=1 << 20,
        max_height=3000,
        memory_mb=1000,
    )


@pytest.fixture(scope="module")
def browser(policy: RenderPolicy) -> Iterator[RenderProcess]:
    """One browser for a module, as for a run."""
    with RenderProcess(policy) as browser:
        yield browser


@pytest.fixture
def vault() -> Iterator[Vault]:
    """A secret of this machine."""
    with Vault() as vault:
        yield vault
