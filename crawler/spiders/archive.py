"""The `archive` spider: WARC, WACZ and Common Crawl index files from disk; nothing is asked of the network."""

import resource
from collections.abc import AsyncIterator
from contextlib import suppress

from scrapy.http import Request

from crawler.exceptions import PageBlocked
from crawler.fetching.memory import STATM
from crawler.protocol import Ticket
from crawler.spiders.base import FetchingSpider

# What reading may add to what the process has mapped: below the memory that closes the whole fetcher.
LEAST_MB = 512


class ArchiveSpider(FetchingSpider):
    """Reads archives and their records; a target on the web is refused."""

    name = "archive"
    # It reads what the operator chose, asks nobody, and an index of half a million records is held whole.
    least_memory_mb = 1500

    async def start(self) -> AsyncIterator[Request]:
        """Read archives within a bound of memory: one header of a hostile record may unpack to gigabytes."""
        with suppress(OSError):  # where /proc is missing, the fetcher's own ceiling remains
            mapped = int(STATM.read_text("ascii").split()[0]) * resource.getpagesize()
            most = mapped + (max(LEAST_MB, self.policy.memory_mb // 2) << 20)
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        async for request in super().start():
            yield request

    def _request(self, ticket: Ticket) -> Request:
        """Refuse what is no file of this machine."""
        raise PageBlocked("invalid_url", f"{ticket.target.url[:200]!r} is no file; an archive asks no network")
