"""The memory ceiling of the fetcher, measured by what it holds now."""

import asyncio
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

STATM = Path("/proc/self/statm")
# Sent with `held`, in bytes, when it is more than MEMUSAGE_LIMIT_MB allows; whoever listens must end the process.
memory_full = object()


class ResidentMemoryLimit:
    """Looks every MEMUSAGE_CHECK_INTERVAL_SECONDS at the resident memory."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = crawler.settings.getint("MEMUSAGE_LIMIT_MB") << 20
        self._interval = crawler.settings.getfloat("MEMUSAGE_CHECK_INTERVAL_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the limit and begin with the crawl."""
        limit = cls(crawler)
        crawler.signals.connect(limit.look, signals.engine_started)
        return limit

    def look(self) -> None:
        """Look, now and for as long as the crawl lasts."""
        held = resident_bytes()
        if held > self._limit:
            self._crawler.signals.send_catch_log(memory_full, held=held)
        asyncio.get_running_loop().call_later(self._interval, self.look)


def resident_bytes() -> int:
    """Give the memory that this process holds now; the most it ever held where /proc is missing."""
    try:
        return int(STATM.read_text("ascii").split()[1]) * getpagesize()
    except OSError:
        return getrusage(RUSAGE_SELF).ru_maxrss << 10
