"""Content codings undone within bounds: size, layers, and a reason for what cannot be undone."""

import zlib
from collections.abc import Callable, Mapping
from gzip import GzipFile
from io import BytesIO
from types import MappingProxyType

from scrapy import Spider
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # whichever make of them there is
from typing_extensions import override

from crawler.exceptions import PageBlocked
from crawler.fetching.cutting import STOPPED, is_text

# Each layer costs as much as a page; curl stops at as many.
MAX_LAYERS = 5
# Tables of prices shrink to a thirtieth; what shrinks to less than a hundredth was made to fill a memory.
MOST_RATIO = 100
PIECE = 4096


class Unpacking(HttpCompressionMiddleware):
    """Scrapy's own, which bounds each layer by DOWNLOAD_MAXSIZE, with a bound on layers and a reason for every end.

    A text in one layer that unpacks to more, and is no bomb, is cut where reading ends.
    """

    @override
    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Give the response with its body unpacked; PageBlocked when it is too large, too often packed or broken."""
        told = b",".join(response.headers.getlist(b"Content-Encoding"))
        codings = [name.strip().lower() for name in told.split(b",") if name.strip()]
        if len(codings) > MAX_LAYERS:
            raise PageBlocked("coding", f"{request.url} is packed {len(codings)} times over, more than {MAX_LAYERS}")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as problem:
            beginning = _beginning(response, codings, self._max_size)
            if not beginning:
                raise PageBlocked("too_large", str(problem)) from problem
            del response.headers[b"Content-Encoding"]
            return response.replace(body=beginning, flags=[*response.flags, STOPPED])
        except Exception as problem:
            # Each coding has errors of its own; no browser shows such a page either.
            raise PageBlocked("coding", f"{request.url} cannot be unpacked: {problem}") from problem


def _beginning(response: Response, codings: list[bytes], size: int) -> bytes:
    """Give the first so many bytes of a text; none where it is packed too small, or in a way that cannot be begun."""
    begin = BEGINNINGS.get(b",".join(codings))
    if begin is None or not is_text(response.headers):
        return b""
    begun, took = begin(response.body, size)
    return begun if len(begun) <= MOST_RATIO * took else b""


def _unzipped(body: bytes, size: int) -> tuple[bytes, int]:
    """Give the beginning of what was packed with gzip, in however many members, and how many bytes it took."""
    source = BytesIO(body)
    begun = GzipFile(fileobj=source).read(size)
    return begun, source.tell()


def _inflated(body: bytes, size: int) -> tuple[bytes, int]:
    """Give the same of deflate, which some send without the wrapping of zlib."""
    unpacker = zlib.decompressobj()
    try:
        begun = unpacker.decompress(body, size)
    except zlib.error:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        begun = unpacker.decompress(body, size)
    return begun, len(body) - len(unpacker.unconsumed_tail)


def _from_brotli(body: bytes, size: int) -> tuple[bytes, int]:
    unpacker, begun, at = brotli.Decompressor(), bytearray(), 0
    while at < len(body) and len(begun) < size:
        begun += unpacker.process(body[at : at + PIECE], output_buffer_limit=size - len(begun))
        at += PIECE
        while len(begun) < size and not unpacker.can_accept_more_data():
            begun += unpacker.process(b"", output_buffer_limit=size - len(begun))
    return bytes(begun[:size]), min(at, len(body))


def _from_zstd(body: bytes, size: int) -> tuple[bytes, int]:
    source = BytesIO(body)
    begun = zstd.ZstdFile(source).read(size)
    return begun, source.tell()


BEGINNINGS: Mapping[bytes, Callable[[bytes, int], tuple[bytes, int]]] = MappingProxyType(
    {b"gzip": _unzipped, b"x-gzip": _unzipped, b"deflate": _inflated, b"br": _from_brotli, b"zstd": _from_zstd}
)
