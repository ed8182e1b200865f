"""One page in the browser: opened, left to draw itself within bounds, taken down."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, Page

from crawler.rendering.items import Answer, RenderFailure, Rendering, RenderOrder, RenderPolicy
from crawler.rendering.proxy import GuardingProxy
from crawler.rendering.snapshot import VIEWPORT_HEIGHT, WIDTH, Picture, take_down, take_picture
from crawler.rendering.traffic import Traffic
from crawler.scope import host_of

LOOK_SECONDS = 0.1
SILENT_SECONDS = 2.0
STOP_SECONDS = 3.0
CLOSE_SECONDS = 5.0
# Without a request for so long a page has what it asked for; after the second, one that says it still loads too.
QUIET_SECONDS = 0.4
STILL_SECONDS = 2.0
SCROLL_SECONDS = 1.5
# A script may write millions of characters into the address of its page.
LONGEST_URL = 2083
# A page with fewer characters may be about to draw itself.
HARDLY_ANY = 60
SCROLL = "for (const y of [900, %d, 0]) window.scrollTo(0, y)"
# Closed shadow trees are text that a reader sees; dialogs, printing and new windows are nothing but a nuisance.
INIT = """(() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, {...init, mode: "open"}); };
  window.alert = window.print = () => undefined;
  window.confirm = () => false;
  window.prompt = window.open = () => null;
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport"])
    delete window[name];
})();"""


class PageVisit:
    """Renders one page in a context of its own; `is_stuck` afterwards when the browser should be started anew."""

    def __init__(
        self,
        browser: Browser,
        policy: RenderPolicy,
        proxy: GuardingProxy,
        order: RenderOrder,
        clock: Callable[[], datetime],
    ) -> None:
        self._browser = browser
        self._policy = policy
        self._proxy = proxy
        self._order = order
        self._clock = clock
        self._traffic = Traffic(policy, proxy, order)
        self._truncated: list[str] = []
        self._has_crashed = False
        self.is_stuck = False

    async def render(self) -> Answer:
        """Give the page, or why there is none; raises Error when the browser is gone."""
        if not host_of(self._order.url):
            return RenderFailure(self._order.url, "invalid_url", "not an absolute http or https URL")
        self._proxy.begin()
        context = await self._browser.new_context(
            user_agent=self._policy.user_agent,
            viewport={"width": WIDTH, "height": VIEWPORT_HEIGHT},
            accept_downloads=False,
            service_workers="block",
            # As the fetcher does: a bad certificate must not hide a page, and no secret is sent.
            ignore_https_errors=True,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="UTC",
        )
        try:
            return await self._in(context)
        finally:
            await self._close(context)

    async def _in(self, context: BrowserContext) -> Answer:
        await context.add_init_script(INIT)
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        page.on("crash", lambda _: self._crash())
        await self._traffic.watch(context, page, session)
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._policy.page_seconds
        try:
            async with asyncio.timeout_at(deadline):
                await page.goto(self._order.url, wait_until="commit", timeout=0)
        except (Error, TimeoutError) as problem:
            return self._failure(page, problem)
        self._traffic.is_committed = True
        fetched_at = self._clock()
        await self._settle(session, deadline)
        return await self._take(context, page, session, fetched_at)

    async def _settle(self, session: CDPSession, deadline: float) -> None:
        """Let the page load and draw itself; whatever does not end is ended."""
        clock = asyncio.get_running_loop().time
        drawn_by = scrolled_until = None
        while (now := clock()) < deadline:
            state = await self._ask(session, "document.readyState")
            quiet = self._traffic.quiet_seconds()
            is_quiet = quiet >= QUIET_SECONDS
            if scrolled_until is not None and (is_quiet or now >= scrolled_until):
                return
            if scrolled_until is None and (state == "complete" or quiet >= STILL_SECONDS):
                drawn_by = drawn_by or now + self._policy.settle_seconds
                if now >= drawn_by or (is_quiet and await self._says_something(session)):
                    # What is drawn only when it comes into view is part of the page.
                    await self._ask(session, SCROLL % self._policy.max_height)
                    scrolled_until = now + SCROLL_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
        self._cut("time")

    async def _says_something(self, session: CDPSession) -> bool:
        """Tell a page that has drawn something from one that is still to do so."""
        length = await self._ask(session, "document.body ? document.body.innerText.length : 0")
        return isinstance(length, int | float) and length >= HARDLY_ANY

    async def _ask(self, session: CDPSession, expression: str) -> object:
        """Give what an expression is in the page; one that is at something without an end is made to stop."""
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                told = await session.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
            return told["result"].get("value")
        except TimeoutError:
            self._cut("scripts")
            with suppress(Error, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await session.send("Runtime.terminateExecution")
        except Error:
            # It went elsewhere meanwhile, or crashed: what is there is taken.
            pass
        return None

    async def _take(
        self, context: BrowserContext, page: Page, session: CDPSession, fetched_at: datetime
    ) -> Rendering | RenderFailure:
        await self._freeze(session)
        picture = Picture()
        try:
            picture = await take_picture(session, self._policy.max_height, self._policy.max_screenshot_bytes)
            taken = await take_down(context, page, session, self._policy.max_html_bytes)
        except (Error, TimeoutError) as problem:
            self.is_stuck = True
            return self._failure(page, problem)
        final_url = page.url if len(page.url) <= LONGEST_URL else self._order.url
        if not host_of(final_url) or not self._traffic.holds(final_url):
            return self._failure(page, None)
        cuts = {
            "picture": picture.is_cut or not picture.jpeg,
            "bytes": self._proxy.is_full and not self._traffic.is_too_much,
            "requests": self._traffic.is_too_much,
        }
        for name in (*(name for name, is_cut in cuts.items() if is_cut), *taken.truncated):
            self._cut(name)
        return Rendering(
            url=self._order.url,
            final_url=final_url,
            status=self._traffic.status,
            fetched_at=fetched_at,
            html=taken.html,
            text=taken.text,
            screenshot=picture.jpeg,
            width=picture.width,
            height=picture.height,
            browser=f"Chromium {self._browser.version}",
            refused=self._traffic.refused,
            refused_count=self._traffic.refused_count,
            requests=self._traffic.requests,
            received=self._proxy.received,
            truncated=tuple(self._truncated),
        )

    async def _freeze(self, session: CDPSession) -> None:
        """Let no script of the page run any more, so that it stays as it is while it is taken down."""
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await session.send("Emulation.setScriptExecutionDisabled", {"value": True})
        await self._ask(session, "1")

    def _failure(self, page: Page, problem: Exception | None) -> RenderFailure:
        reason, detail = self._explain(page, problem)
        return RenderFailure(self._order.url, reason, detail)

    def _explain(self, page: Page, problem: Exception | None) -> tuple[str, str]:
        text = str(problem).partition("\n")[0]
        if self._has_crashed:
            return "crashed", "the page crashed"
        if self._proxy.refused and (problem is None or "ERR_SOCKS" in text):
            first = self._proxy.refused[0]
            return "blocked_address", f"{first.what}: {first.why}"
        if self._traffic.offsite or (problem is None and host_of(page.url)):
            return "offsite_redirect", (self._traffic.offsite or page.url)[:LONGEST_URL]
        if isinstance(problem, TimeoutError):
            if self._traffic.is_committed:
                return "hung", "the page did not answer any more"
            return "timeout", f"no answer within {self._policy.page_seconds:g} seconds"
        if "Download is starting" in text or "ERR_ABORTED" in text:
            return "download", "what is there is a file to save, or nothing to show"
        if "HOST_UNREACHABLE" in text:
            return "dns", "the host's name does not resolve, or nobody answers there"
        if "net::" in text:
            return "connection", text[:300]
        return ("no_page", "it led to no web page") if problem is None else ("error", text[:300])

    def _cut(self, name: str) -> None:
        if name not in self._truncated:
            self._truncated.append(name)

    def _crash(self) -> None:
        self._has_crashed = True

    async def _close(self, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await context.close()
        except (Error, TimeoutError):
            self.is_stuck = True
