"""Content codings undone within bounds: size, layers, and a reason for what cannot be undone."""

from scrapy import Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from typing_extensions import override

from crawler.exceptions import PageBlocked

# Each layer costs as much as a page; curl stops at as many.
MAX_LAYERS = 5


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's own, which bounds each layer by DOWNLOAD_MAXSIZE, with a bound on layers and a reason for every end."""

    @override
    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Give the response with its body unpacked; PageBlocked when it is too large, too often packed or broken."""
        told = b",".join(response.headers.getlist(b"Content-Encoding"))
        layers = sum(bool(name.strip()) for name in told.split(b","))
        if layers > MAX_LAYERS:
            raise PageBlocked("coding", f"{request.url} is packed {layers} times over, more than {MAX_LAYERS}")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as problem:
            raise PageBlocked("too_large", str(problem)) from problem
        except Exception as problem:
            # Each coding has errors of its own; no browser shows such a page either.
            raise PageBlocked("coding", f"{request.url} cannot be unpacked: {problem}") from problem
