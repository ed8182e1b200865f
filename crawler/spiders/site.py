"""The `site` spider: pages of one site; a redirect that leaves it is reported, not followed."""

from crawler.spiders.base import FetchingSpider


class SiteSpider(FetchingSpider):
    """Fetches within the hosts of the source's start URLs."""

    name = "site"
