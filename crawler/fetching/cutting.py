"""Pages longer than is read: what a browser would show of them is kept up to the limit, all else is refused."""

import sys
from typing import Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Request, Response
from scrapy.http.headers import Headers
from scrapy.signals import bytes_received, headers_received

# Response.flags: set by Scrapy where our listener ended a download.
STOPPED = "download_stopped"
# Request.meta: a request for rules, which are read whole or not at all, and wait for no rules themselves, wherever
# their redirects lead.
ASKS_FOR_RULES = "asks_for_rules"
# Request.meta: Scrapy's own bound, which would throw away what it has, and what may still come under ours. A target
# that has a bound of its own stays under it.
OWN_BOUND = "download_maxsize"
ROOM = "room"
TEXTS = ("text/", "application/xhtml", "application/xml", "application/json", "application/ld+json")


class Cutter:
    """Ends the download of a text at so many bytes of its body as it is sent; what came is a response.

    Only while such a download is under way is Scrapy's own bound lifted; packed bodies and what is announced as
    something else than text stay under it.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the one extension of a crawl, and listen."""
        cutter = cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        crawler.signals.connect(cutter.on_headers, headers_received)
        crawler.signals.connect(cutter.on_bytes, bytes_received)
        return cutter

    def on_headers(self, headers: Headers, request: Request, spider: Spider) -> None:  # noqa: ARG002  (by keyword)
        """Take charge of the body if it is a plain text."""
        if not (request.meta.get(ASKS_FOR_RULES) or OWN_BOUND in request.meta) and is_plain_text(headers):
            request.meta[ROOM] = self._max_bytes
            request.meta[OWN_BOUND] = sys.maxsize

    def on_bytes(self, data: bytes, request: Request, spider: Spider) -> None:  # noqa: ARG002  (by keyword)
        """Count what comes and stop when there is more than is read."""
        room = request.meta.get(ROOM)
        if room is not None:
            request.meta[ROOM] = room - len(data)
            if room < len(data):
                raise StopDownload(fail=False)


def bound_again(request: Request) -> None:
    """Put whatever comes of a downloaded request under Scrapy's own bound again."""
    if request.meta.pop(ROOM, None) is not None:
        request.meta.pop(OWN_BOUND)


def cut(response: Response, max_bytes: int) -> Response:
    """Give the response with as much of its body as is read."""
    return response.replace(body=response.body[:max_bytes]) if is_cut(response) else response


def is_cut(response: Response) -> bool:
    """Tell a response whose body goes on where ours ends."""
    return STOPPED in response.flags


def is_plain_text(headers: Headers) -> bool:
    """Tell a text that is sent as it is, without a coding."""
    coding = (headers.get(b"Content-Encoding") or b"identity").strip().lower()
    return coding in (b"", b"identity") and is_text(headers)


def is_text(headers: Headers) -> bool:
    """Tell what a browser shows as a page: a type of text, or none at all."""
    told = (headers.get(b"Content-Type") or b"").decode("latin-1").strip().lower()
    kind = told.partition(";")[0].strip()
    return "/" not in kind or kind.startswith(TEXTS) or kind.endswith("+xml")
