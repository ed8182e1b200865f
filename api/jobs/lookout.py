"""The browser that a run shares: started at the first page that wants it, given up for the run when it cannot be."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from api.exceptions import SettingsInvalid
from api.settings import Settings
from crawler.exceptions import RendererRefused
from crawler.fetching.policy import FetchPolicy
from crawler.rendering.items import Answer, RenderOrder, RenderPolicy
from crawler.rendering.launch import find_browser, has_playwright
from crawler.rendering.process import RenderProcess

OFF, AUTO = "off", "auto"
NO_PLAYWRIGHT = "RXWARDEN_BROWSER is set, and Playwright is missing: install rxwarden with the extra `browser`"
UNSANDBOXED = "the browser runs without its sandbox, which refuses root; run rxwarden as another user"


@dataclass(frozen=True, slots=True)
class Gone:
    """Why there is no browser in this run any more."""

    why: str


class Lookout:
    """Renders pages for the threads of a run, one at a time; `is_on` when a browser is set up.

    most: pages that a run may have looked at, `browser_pages` of the settings.
    """

    def __init__(self, settings: Settings, policy: FetchPolicy, say: Callable[[str], None]) -> None:
        self.is_on = settings.browser != OFF
        if self.is_on and not has_playwright():
            raise SettingsInvalid(NO_PLAYWRIGHT)
        path = find_browser() if settings.browser in (OFF, AUTO) else settings.browser
        self.policy = RenderPolicy(
            policy.user_agent,
            browser=path,
            allowed_addresses=policy.allowed_addresses,
            only_allowed=policy.only_allowed,
        )
        self.most = settings.browser_pages
        self._left = self.most
        self._say = say
        self._lock = threading.Lock()
        self._browser: RenderProcess | None = None
        self._gone: Gone | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._browser is not None:
                self._browser.close()

    @property
    def left(self) -> int:
        """How many pages may still be looked at in this run; none without a browser."""
        return self._left if self.is_on and self._gone is None else 0

    def render(self, order: RenderOrder) -> Answer | Gone:
        """Render a page, when the browser is free."""
        with self._lock:
            if self._gone is None and self._left <= 0:
                return Gone("this run has looked at as many as RXWARDEN_BROWSER_PAGES allows; the next run goes on")
            browser = self._gone or self._started()
            if isinstance(browser, Gone):
                return browser
            self._left -= 1
            try:
                return browser.render(order)
            except RendererRefused as problem:
                return self._give_up(problem)

    def _started(self) -> RenderProcess | Gone:
        if self._browser is not None:
            return self._browser
        try:
            self._browser = RenderProcess(self.policy).__enter__()
        except RendererRefused as problem:
            return self._give_up(problem)
        if not self._browser.hello.sandboxed:
            self._say(UNSANDBOXED)
        return self._browser

    def _give_up(self, problem: RendererRefused) -> Gone:
        self._gone = Gone(str(problem))
        return self._gone
