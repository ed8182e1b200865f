"""The browser of a renderer: started with its guards, watched, started anew when it is worn out or gone."""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from playwright.async_api import Browser, Error, Page, Playwright

from crawler.exceptions import RendererRefused
from crawler.fetching.addresses import AddressGuard
from crawler.rendering.items import Answer, Hello, RenderFailure, RenderOrder, RenderPolicy
from crawler.rendering.launch import NOT_WANTED, browser_environment, may_use_sandbox, switches
from crawler.rendering.processes import bury, descendants, end_all, own_bytes
from crawler.rendering.proxy import GuardingProxy
from crawler.rendering.visit import PageVisit

LOOK_SECONDS = 0.2
CLOSE_SECONDS = 5.0
LAUNCH_SECONDS = 60.0
PROBE_SECONDS = 10.0
# In the log that Playwright adds to its error: a line that the browser wrote.
OWN_WORDS = "[err]"
# On top of what a page may take: for taking it down, and for a machine that is busy elsewhere.
EXTRA_SECONDS = 60.0
# Some address of this machine that nobody has been told of; an operator may have allowed the first.
PROBED = ("127.0.0.1", "127.83.84.85", "::1")


class Chromium:
    """Answers orders one after the other; what a page does to the browser is over with its answer."""

    def __init__(
        self, playwright: Playwright, policy: RenderPolicy, scratch: Path, clock: Callable[[], datetime]
    ) -> None:
        self._playwright = playwright
        self._policy = policy
        self._scratch = scratch
        self._clock = clock
        self._guard = policy.guard()
        self._proxy = GuardingProxy(self._guard, max_connections=policy.max_connections, max_bytes=policy.max_bytes)
        # Playwright's own process, which outlives each browser.
        self._driver = descendants(os.getpid())
        self._browser: Browser | None = None
        self._pages = 0
        self._is_over_memory = False

    async def start(self) -> Hello:
        """Start and check that no address is reached that the guard refuses; RendererRefused when one is."""
        self._port = await self._proxy.start()
        self._watch = asyncio.create_task(self._watch_memory())
        browser = await self._launch()
        await self._probe(browser)
        return Hello(f"Chromium {browser.version}", may_use_sandbox())

    async def answer(self, order: RenderOrder) -> Answer:
        """Render a page; whatever becomes of the browser, the next order finds one."""
        try:
            browser = await self._ready()
        except (Error, TimeoutError) as problem:
            return RenderFailure(order.url, "error", f"the browser does not start: {first_words(problem)}")
        visit = PageVisit(browser, self._policy, self._proxy, order, self._clock)
        self._is_over_memory = False
        self._pages += 1
        try:
            async with asyncio.timeout(self._policy.page_seconds + EXTRA_SECONDS):
                answer = await visit.render()
        except TimeoutError:
            answer = RenderFailure(order.url, "hung", "the browser did not answer any more")
            await self._end()
        except Error as problem:
            answer = RenderFailure(order.url, "crashed", f"the browser ended: {first_words(problem)}")
            await self._end()
        if self._is_over_memory and isinstance(answer, RenderFailure):
            detail = f"the page took more than {self._policy.memory_mb} MB of memory"
            answer = RenderFailure(order.url, "memory", detail)
        if visit.is_stuck or self._pages >= self._policy.pages_per_browser:
            await self._end()
        return answer

    async def _ready(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            await self._end()
            return await self._launch()
        return self._browser

    async def _launch(self) -> Browser:
        self._pages = 0
        async with asyncio.timeout(LAUNCH_SECONDS):
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._policy.browser or None,
                args=switches(self._port),
                ignore_default_args=NOT_WANTED,
                chromium_sandbox=may_use_sandbox(),
                env=browser_environment(self._scratch),
                handle_sigint=False,
            )
        return self._browser

    async def _end(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await browser.close()
        self._kill()
        bury(self._driver)

    def _kill(self) -> None:
        end_all(tuple(pid for pid in descendants(os.getpid()) if pid not in self._driver))

    async def _watch_memory(self) -> None:
        """End a browser that takes more than it may: the machine has other work."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if own_bytes(descendants(os.getpid())) > self._policy.memory_mb << 20:
                self._is_over_memory = True
                self._kill()

    async def _probe(self, browser: Browser) -> None:
        """Try to reach a door of our own that nobody may open."""
        with _door(self._guard) as (door, url):
            self._proxy.begin()
            page = await browser.new_page()
            going = asyncio.create_task(_goes(page, url))
            while not _has_caller(door) and not going.done():
                await asyncio.sleep(LOOK_SECONDS / 4)
            is_open = not going.done() or going.result() or _has_caller(door)
            going.cancel()
            await page.close()
            if is_open or not self._proxy.refused_count:
                raise RendererRefused(
                    "the browser passes the address guard by; no page is rendered with it "
                    f"(Chromium {browser.version} did not go through the proxy that it was given)"
                )


async def _goes(page: Page, url: str) -> bool:
    try:
        await page.goto(url, timeout=PROBE_SECONDS * 1000)
    except Error:
        return False
    return True


class _door:  # noqa: N801 - a context manager, used like a function
    """A listening socket at an address that the guard refuses, and its URL."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    def __enter__(self) -> tuple[socket.socket, str]:
        for host in PROBED:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                self._socket = socket.create_server((host, 0), family=family)
            except OSError:
                continue
            port = int(self._socket.getsockname()[1])
            if self._guard.refusal(host, port):
                self._socket.setblocking(False)
                return self._socket, f"http://{f'[{host}]' if ':' in host else host}:{port}/"
            self._socket.close()
        raise RendererRefused("every address of this machine is allowed, so the address guard cannot be tried")

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def _has_caller(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def first_words(problem: BaseException) -> str:
    """Give what an error of the browser says first, and what the browser itself said before it ended."""
    first, *rest = str(problem).splitlines() or [""]
    said = [line.partition(OWN_WORDS)[2].strip() for line in rest if OWN_WORDS in line]
    return "; ".join((first or type(problem).__name__, *said))[:300]
