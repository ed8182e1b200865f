"""What a page asks the network for: counted, bounded, and its own way from page to page held to the fetcher's rules."""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Error, Page, Request, Response

from crawler.rendering.items import Refused, RenderOrder, RenderPolicy
from crawler.rendering.proxy import MOST_TOLD, GuardingProxy
from crawler.scope import Scope

DEFAULT_PORTS = {"http": 80, "https": 443}
# Of no use for what is read and seen.
NOT_WANTED = ("Media", "Ping")
LONGEST_URL = 500


class Traffic:
    """Watches one page; `status` is that of its document, `offsite` where it was kept from going."""

    def __init__(self, policy: RenderPolicy, proxy: GuardingProxy, order: RenderOrder) -> None:
        self._policy = policy
        self._proxy = proxy
        self._is_bound = bool(order.hosts)
        self._scope = Scope.of(f"http://{host}/" for host in order.hosts)
        self._under_way: set[Request] = set()
        self._last_event = 0.0
        self._refused: list[Refused] = []
        self._refused_count = 0
        self._chores: set[asyncio.Task[None]] = set()
        self.requests = 0
        self.status = 0
        self.offsite = ""
        # From when on the page is there, and stays when it may not go on.
        self.is_committed = False

    async def watch(self, context: BrowserContext, page: Page, session: CDPSession) -> None:
        """Be asked before a document is fetched, and before what is not wanted is; hear of all the rest."""
        context.on("page", lambda other: self.soon(other.close()))
        page.on("response", self._answered)
        page.on("request", lambda request: self._begun(context, request))
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        page.on("dialog", lambda dialog: self.soon(dialog.dismiss()))
        self._main_frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        session.on("Fetch.requestPaused", lambda paused: self.soon(self._judge(session, paused)))
        patterns = [{"resourceType": kind, "requestStage": "Request"} for kind in ("Document", *NOT_WANTED)]
        await session.send("Fetch.enable", {"patterns": patterns})

    @property
    def is_too_much(self) -> bool:
        """True once the page asked for more than a page may ask for."""
        return self.requests > self._policy.max_requests

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The first of what was not let through, here and in the proxy."""
        return (*self._refused, *self._proxy.refused)[:MOST_TOLD]

    @property
    def refused_count(self) -> int:
        """All of what was not let through."""
        return self._refused_count + self._proxy.refused_count

    def holds(self, url: str) -> bool:
        """Tell whether the page may be at this URL."""
        return not self._is_bound or self._scope.holds(url)

    def quiet_seconds(self) -> float:
        """Give for how long nothing has been asked for or answered; 0 while something is under way."""
        return 0.0 if self._under_way else asyncio.get_running_loop().time() - self._last_event

    def soon(self, chore: Coroutine[object, object, None]) -> None:
        """Do something to the browser from where nothing can be waited for."""

        async def done() -> None:
            with suppress(Error):
                await chore

        task = asyncio.get_running_loop().create_task(done())
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def _judge(self, session: CDPSession, paused: Mapping[str, object]) -> None:
        """Let a request go on to the proxy, or not; one that is not let go leaves the page where it is."""
        request = paused["request"]
        assert isinstance(request, dict)
        which, url = {"requestId": paused["requestId"]}, str(request["url"])
        kind = str(paused["resourceType"])
        if kind in NOT_WANTED:
            why = f"{kind.lower()} is not needed"
        elif paused["frameId"] == self._main_frame:
            why = await self._navigation_refusal(url, str(request["method"]))
        else:
            why = ""
        if not why:
            await session.send("Fetch.continueRequest", which)
            return
        self._refused_count += 1
        if len(self._refused) < MOST_TOLD:
            self._refused.append(Refused(url[:LONGEST_URL], why))
        await session.send("Fetch.failRequest", which | {"errorReason": "Aborted"})

    async def _navigation_refusal(self, url: str, method: str) -> str:
        """Hold the page itself, each redirect too, to the rules of the fetcher."""
        if method != "GET":
            return "forms are not sent"
        if not self.holds(url):
            self.offsite = url
            return "it leads to another site"
        if not self.is_committed:
            return ""
        # To be refused by the proxy would leave an error message in place of the page.
        parts = urlsplit(url)
        return await self._proxy.refusal(parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0))

    def _begun(self, context: BrowserContext, request: Request) -> None:
        self._last_event = asyncio.get_running_loop().time()
        self._under_way.add(request)
        self.requests += 1
        if self.requests == self._policy.max_requests + 1:
            self._proxy.shut()
            self.soon(context.set_offline(True))

    def _ended(self, request: Request) -> None:
        self._last_event = asyncio.get_running_loop().time()
        self._under_way.discard(request)

    def _answered(self, response: Response) -> None:
        with suppress(Error):
            if response.request.is_navigation_request() and response.frame.parent_frame is None:
                self.status = response.status
