"""The `archive` spider: WARC, WACZ and Common Crawl index files from disk; nothing is asked of the network."""

from scrapy.http import Request

from crawler.exceptions import PageBlocked
from crawler.protocol import Ticket
from crawler.spiders.base import FetchingSpider


class ArchiveSpider(FetchingSpider):
    """Reads archives and their records; a target on the web is refused."""

    name = "archive"

    def _request(self, ticket: Ticket) -> Request:
        """Refuse what is no file of this machine."""
        raise PageBlocked("invalid_url", f"{ticket.target.url[:200]!r} is no file; an archive asks no network")
