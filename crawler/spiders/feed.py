"""The `feed` spider: feeds and product lists, and the pages that their entries lead to, wherever those are."""

from crawler.spiders.base import FetchingSpider


class FeedSpider(FetchingSpider):
    """Fetches the listing and what it leads to; a file is read where it lies."""

    name = "feed"
    may_leave_site = True
