"""The `ads` spider: exports of ad libraries, and the landing pages of their ads, wherever those are."""

from crawler.spiders.base import FetchingSpider


class AdsSpider(FetchingSpider):
    """Fetches the export and the landing pages; a file is read where it lies."""

    name = "ads"
    may_leave_site = True
