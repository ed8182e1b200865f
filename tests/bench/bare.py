"""The yardstick: Scrapy by itself fetches a farm's pages and does nothing with them.

Run as `python -m tests.bench.bare` with the URLs as JSON on standard input; prints {"pages", "seconds", "cpu_seconds",
"peak_mb"} as JSON, timed from the opening of the spider to its end.
"""

import json
import resource
import sys
import time
from collections.abc import AsyncIterator

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Request, Response

from tests.bench.pace import CONCURRENCY, PER_HOST

SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "CONCURRENT_REQUESTS_PER_DOMAIN": PER_HOST,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "WARNING",
}


class Bare(scrapy.Spider):
    """Fetches and counts."""

    name = "bare"
    pages = 0
    began = ended = cpu = 0.0

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every URL."""
        Bare.began, Bare.cpu = time.perf_counter(), time.process_time()
        for url in json.load(sys.stdin):
            yield Request(url)

    def parse(self, response: Response) -> None:
        """Count a page."""
        Bare.pages += response.status == 200

    def closed(self, _reason: str) -> None:
        """Stop the clock."""
        Bare.ended, Bare.cpu = time.perf_counter(), time.process_time() - Bare.cpu


def main() -> None:
    """Crawl and say how long it took."""
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(Bare)
    process.start()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = {"pages": Bare.pages, "seconds": Bare.ended - Bare.began, "cpu_seconds": Bare.cpu, "peak_mb": peak}
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    main()
