"""The `sitemap` spider: sitemaps of a site and the pages that they list; it stays on the site as `site` does."""

from crawler.spiders.base import FetchingSpider


class SitemapSpider(FetchingSpider):
    """Fetches within the hosts of the source's start URLs."""

    name = "sitemap"
