"""The `url_list` spider: exactly the listed URLs, wherever their redirects lead."""

from crawler.spiders.base import FetchingSpider


class UrlListSpider(FetchingSpider):
    """Fetches each URL and follows its redirects to any public host: an ad's landing page is the evidence."""

    name = "url_list"
    may_leave_site = True
