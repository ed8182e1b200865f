"""The one way to the network: Scrapy's HTTP/1.1 handler with a bound on headers and an ear for Retry-After."""

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTP11ClientProtocol, ResponseFailed
from twisted.web.iweb import IResponse

from crawler.exceptions import PageBlocked
from crawler.fetching.archivist import status_line
from crawler.fetching.cutting import bound_again, cut
from crawler.spiders.base import SENT, FetchingSpider

if TYPE_CHECKING:
    from twisted.web._newclient import Request as TxRequest

# Scrapy notes a length of nothing with these, which hardly any server sends.
BODILESS = (204, 304)
HEADERS_SETTING = "GUARD_MAX_HEADER_BYTES"


class HeadersTooLongError(Exception):
    """The server sent more before its body than the policy allows."""


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """One connection; it is cut when what comes before a body, interim answers included, passes `max_header_bytes`."""

    max_header_bytes = 0
    _heard = 0

    def request(self, request: "TxRequest") -> Deferred[IResponse]:
        """Send a request and begin to count."""
        self._heard = 0
        answered = super().request(request)
        assert self._parser is not None
        # One line may fill the whole room; Twisted would hang up at 16 kB, where browsers read on.
        self._parser.MAX_LENGTH = 2 * self.max_header_bytes
        return answered

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802  (named by Twisted)
        """Read on, unless the header has grown too long."""
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._heard += len(bytes)
            if self._heard > self.max_header_bytes:
                self._giveUp(Failure(HeadersTooLongError()))  # type: ignore[no-untyped-call]


def bounded_factory(limit: int) -> type[_LenientHTTP11ClientFactory]:
    """Give a factory of connections with this bound."""

    class BoundedFactory(_LenientHTTP11ClientFactory):
        def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: ARG002, N802  (Twisted's)
            protocol = BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
            protocol.max_header_bytes = limit
            return protocol

    return BoundedFactory


class BoundedHandler(HTTP11DownloadHandler):
    """Downloads a request; PageBlocked when the host asked for a pause or its header is too long (never retried)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._max_header_bytes = crawler.settings.getint(HEADERS_SETTING)
        self._pool._factory = bounded_factory(self._max_header_bytes)  # noqa: SLF001  (as Scrapy itself sets it)

    async def download_request(self, request: Request) -> Response:
        """Fetch, last of all: what waited in line when its host asked for a pause is held back here too."""
        spider = self._crawler.spider
        assert isinstance(spider, FetchingSpider)
        spider.pauses.check(request.url)
        try:
            response = cut(await super().download_request(request), self._max_bytes)
        except DownloadFailedError as problem:
            if _has(problem, HeadersTooLongError):
                detail = f"{request.url} sent more than {self._max_header_bytes} bytes of headers"
                raise PageBlocked("too_large", detail) from problem
            raise
        finally:
            bound_again(request)
        request.meta[SENT] = (_head_size(response), len(response.body))
        spider.pauses.note(response)
        return response


def _head_size(response: Response) -> int:
    """Give the bytes of status line and headers, with all line ends."""
    headers = [(name, value) for name, values in response.headers.items() for value in values]
    if response.status in BODILESS:
        headers = [(name, value) for name, value in headers if name != b"Content-Length"]
    return len(status_line(response)) + sum(len(name) + len(value) + 4 for name, value in headers) + 4


def _has(problem: DownloadFailedError, kind: type[Exception]) -> bool:
    """Tell whether a failed download failed for this reason."""
    cause = problem.__cause__
    return isinstance(cause, ResponseFailed) and any(reason.check(kind) for reason in cause.reasons)
