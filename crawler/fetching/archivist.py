"""Puts every response on record as it comes off the network, before anything decodes, follows or drops it."""

import logging
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from scrapy.http import Request, Response
from scrapy.http.headers import Headers

from crawler.fetching.cutting import is_cut
from crawler.fetching.records import Exchange
from crawler.fetching.warc import WarcFiles

LOG = logging.getLogger(__name__)
# Request.meta: the records of the answers so far, which redirects and retries carry on.
RECORDS = "records"
# Request.meta: the record that holds the payload which was got the last time.
SEEN = "seen"
# A server may send megabytes of headers; so many bytes of them suffice, and readers cope with them.
MAX_HEAD = 64 << 10


class Archivist:
    """Listens to `response_downloaded`: robots.txt, redirects, errors and not-modified answers pass here too.

    An answer that cannot be put into a record goes on without one and the log says why; where the disk takes no
    records, `on_lost` is called, which must end the process.
    """

    def __init__(self, files: WarcFiles, clock: Callable[[], datetime], on_lost: Callable[[str], None]) -> None:
        self._files = files
        self._clock = clock
        self._on_lost = on_lost

    def keep(self, response: Response, request: Request) -> None:
        """Write the exchange and note its record with the request."""
        try:
            exchange = self._exchange(response, request)
            request.meta[RECORDS] = (*exchange.before, self._files.write(exchange))
        except OSError as problem:
            self._on_lost(str(problem))
        except Exception:
            LOG.exception("no record could be made of %s", request.url)

    def _exchange(self, response: Response, request: Request) -> Exchange:
        head, is_head_cut = _head(status_line(response), response.headers)
        return Exchange(
            url=request.url,
            date=self._clock(),
            request_head=_request_head(request),
            request_body=request.body,
            status=response.status,
            response_head=head,
            body=response.body,
            ip_address=str(response.ip_address or ""),
            certificate=_certificate(response),
            truncated=_truncated(response, is_head_cut=is_head_cut),
            before=request.meta.get(RECORDS, ()),
            seen=request.meta.get(SEEN),
        )


def status_line(response: Response) -> bytes:
    """Give the line that an answer began with; its reason phrase is not kept, and is the usual one here."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    return f"{response.protocol or 'HTTP/1.1'} {response.status} {phrase}".rstrip().encode("ascii", "replace")


def _request_head(request: Request) -> bytes:
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = f"{request.method} {path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}"
    return _head(line.encode("utf-8", "surrogatepass"), request.headers)[0]


def _head(start: bytes, headers: Headers) -> tuple[bytes, bool]:
    """Give start line and headers up to MAX_HEAD bytes, and whether any were left out."""
    lines, room = [start], MAX_HEAD
    for name, values in headers.items():
        for value in values:
            room -= len(name) + len(value) + 4
            if room < 0:
                return b"\r\n".join([*lines, b"", b""]), True
            lines.append(name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"\r\n".join([*lines, b"", b""]), False


def _certificate(response: Response) -> str:
    """Give the PEM of the certificate that the server showed, verified or not."""
    certificate = response.certificate
    return "" if certificate is None else certificate.dumpPEM().decode("ascii")


def _truncated(response: Response, *, is_head_cut: bool) -> str:
    """Give the WARC-Truncated reason."""
    if "dataloss" in response.flags:
        return "disconnect"
    return "length" if is_cut(response) or is_head_cut else ""
