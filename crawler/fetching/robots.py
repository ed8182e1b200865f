"""robots.txt as a promise: its rules are kept, its Crawl-delay too, and a host that cannot say is left alone."""

import asyncio
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler.exceptions import PageBlocked
from crawler.fetching.cutting import ASKS_FOR_RULES
from crawler.fetching.failures import explain
from crawler.items import Pause
from crawler.scope import Scope
from crawler.spiders.base import FetchingSpider

PATH = "/robots.txt"
# RFC 9309 asks for at least 500 KiB to be read.
MAX_BODY = 512 << 10
# Asked before any page of the same host.
PRIORITY = 1000
# Request.meta that Scrapy carries along a redirect, though it concerns the host that redirected.
OF_THE_HOST_BEFORE = ("download_slot", "autothrottle_dont_adjust_delay")


@dataclass(frozen=True)
class Rules:
    """What a host allows: a parser of its rules, or the reason why nothing is fetched from it this time."""

    parser: RobotParser | None
    reason: str = ""
    detail: str = ""
    delay: float = 0.0
    pause: Pause | None = None


class RobotsGate:
    """Downloader middleware that asks each origin's robots.txt once and holds every request to it.

    Allowed is what the rules allow, and everything where the answer is 4xx (RFC 9309). After 429, 5xx or no answer
    nothing is fetched from the origin this time. A Crawl-delay, bounded by AUTOTHROTTLE_MAX_DELAY, makes the host's
    requests go one by one.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._max_delay = crawler.settings.getfloat("AUTOTHROTTLE_MAX_DELAY")
        self._min_delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._asked: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the gate for a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise PageBlocked where the rules, or their absence, forbid this request."""
        for key in OF_THE_HOST_BEFORE:
            request.meta.pop(key, None)
        parts = urlsplit(request.url)
        if parts.path == PATH or request.meta.get(ASKS_FOR_RULES):
            return
        url = f"{parts.scheme}://{parts.netloc}{PATH}"
        rules = await self._rules(url)
        if rules.reason == "paused":
            # Not asked yet: the rules are asked for when the pause is over.
            self._asked.pop(url, None)
        if rules.parser is None:
            if rules.reason == "robots" and rules.pause is None and self._is_overridden(request.url):
                return
            raise PageBlocked(rules.reason, rules.detail, rules.pause)
        if not rules.parser.allowed(request.url, self._agent) and not self._is_overridden(request.url):
            raise PageBlocked("robots", f"robots.txt of {parts.netloc} disallows {request.url}")
        if rules.delay:
            self._slow_down(request, rules.delay)

    def _is_overridden(self, url: str) -> bool:
        """Tell whether the source has a reason not to obey, which holds for its own hosts alone."""
        spider = self._crawler.spider
        if not isinstance(spider, FetchingSpider) or not spider.source.robots_override:
            return False
        return Scope.of(spider.source.start_urls).holds(url)

    async def _rules(self, url: str) -> Rules:
        """Give the rules at this address, asking for them once a crawl."""
        if url not in self._asked:
            self._asked[url] = asyncio.ensure_future(self._ask(url))
        return await asyncio.shield(self._asked[url])

    async def _ask(self, url: str) -> Rules:
        request = Request(url, priority=PRIORITY, callback=NO_CALLBACK, meta={ASKS_FOR_RULES: True})
        try:
            response = await self._crawler.engine.download_async(request)
        except PageBlocked as problem:
            return Rules(None, problem.reason, problem.detail, pause=problem.pause)
        except Exception as problem:  # noqa: BLE001  (edge of a request: whatever it was, it means "not this time")
            reason, detail = explain(problem)
            return Rules(None, reason, f"{url} cannot be read, so nothing is fetched from there this time: {detail}")
        if response.status == 429 or response.status >= 500:
            detail = f"{url} answered {response.status}; nothing is fetched from there this time"
            return Rules(None, "robots", detail, pause=self._pause(response.url))
        return self._read(response)

    def _pause(self, url: str) -> Pause | None:
        """Give the pause that the host has just asked for, if it named one."""
        spider = self._crawler.spider
        return spider.pauses.current(url) if isinstance(spider, FetchingSpider) else None

    def _read(self, response: Response) -> Rules:
        body = _whole_lines(response.body) if response.status == 200 else b""
        parser = ProtegoRobotParser.from_crawler(self._crawler, body)
        asked = parser.crawl_delay(self._agent) or 0.0
        return Rules(parser, delay=min(asked, self._max_delay) if asked > self._min_delay else 0.0)

    def _slow_down(self, request: Request, delay: float) -> None:
        """Hold the host of this request to one request per `delay` seconds, for as long as the crawl lasts."""
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # For slots to come: the downloader forgets those that were idle for a minute.
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
        slot = downloader.slots.get(key)
        if slot is not None:
            slot.concurrency, slot.delay, slot.jitter = 1, delay, 0.0
        # AutoThrottle knows no floor per host and would creep below the delay.
        request.meta["autothrottle_dont_adjust_delay"] = True


def _whole_lines(body: bytes) -> bytes:
    """Give as much of a robots.txt as is read; a rule cut in two would be another rule."""
    return body if len(body) <= MAX_BODY else body[: body.rfind(b"\n", 0, MAX_BODY) + 1]
