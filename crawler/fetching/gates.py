"""Two gates that every request passes: the scope of its source first of all, its address last of all."""

import errno
from ipaddress import ip_address
from typing import Self
from urllib.parse import urljoin, urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Request, Response
from twisted.internet.error import ConnectError

from crawler.exceptions import PageBlocked
from crawler.fetching.addresses import AddressGuard
from crawler.fetching.guard import installed_resolver
from crawler.scope import Scope, host_of

DEFAULT_PORTS = {"http": 80, "https": 443}
# Request.meta: the Scope that redirects of this request must stay in.
REDIRECT_SCOPE = "redirect_scope"


class ScopeGate:
    """Stops a redirect that leaves the hosts of its source, before anything is asked of the other host."""

    def process_request(self, request: Request) -> None:
        """Raise PageBlocked with the place that the redirect wanted to go."""
        scope = request.meta.get(REDIRECT_SCOPE)
        if isinstance(scope, Scope) and request.meta.get("redirect_urls") and not scope.holds(request.url):
            raise PageBlocked("offsite_redirect", request.url)


class RedirectGate:
    """Stops a redirect that leads out of the web, or to a URL longer than any that is asked for."""

    def __init__(self, max_length: int) -> None:
        self._max_length = max_length

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the gate with the bound on the length of URLs."""
        return cls(crawler.settings.getint("URLLENGTH_LIMIT"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass on all but such redirects."""
        place = (response.headers.get(b"Location") or b"").decode("utf-8", "replace")
        if response.status // 100 == 3 and place:
            if len(place) > self._max_length:
                raise PageBlocked("redirects", f"{request.url} leads to a URL of {len(place)} characters")
            if not _is_web(request.url, place):
                raise PageBlocked("redirects", f"{request.url} leads to {place!r}, which is no web page")
        return response


def _is_web(base: str, place: str) -> bool:
    try:
        return bool(host_of(urljoin(base, place.strip())))
    except ValueError:
        return False


class AddressGate:
    """Turns what the address guard refused into a final answer, and checks each response's peer once more."""

    def process_request(self, request: Request) -> None:
        """Refuse a proxy: it would resolve names where the guard cannot see."""
        if request.meta.get("proxy"):
            raise PageBlocked("blocked_address", f"{request.url} was to be fetched through a proxy")

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass on a response whose peer the guard lets through; an unknown peer is refused."""
        resolver = installed_resolver()
        why = "the guard is not installed"
        if resolver is not None:
            why = resolver.guard.refusal(str(response.ip_address or ""), _endpoint(request.url)[1])
        if why:
            raise PageBlocked("blocked_address", f"{request.url}: {why}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise PageBlocked in place of the look-up or connect error that the guard caused; it is never retried."""
        why = ""
        resolver = installed_resolver()
        if isinstance(exception, CannotResolveHostError) and resolver is not None:
            host, port = _endpoint(request.url)
            why = resolver.refused.get((host, port)) or _literal_refusal(resolver.guard, host, port)
        if isinstance(exception, ConnectError) and exception.osError == errno.EACCES:
            why = "the address guard refused to connect"
        if why:
            raise PageBlocked("blocked_address", f"{request.url}: {why}") from exception


def _literal_refusal(guard: AddressGuard, host: str, port: int) -> str:
    """Say why an address that is written out, which no resolver looks up, is refused; empty for a name."""
    try:
        address = ip_address(host.rstrip("."))
    except ValueError:
        return ""
    why = guard.refusal(str(address), port)
    if not why and address.version == 6:
        return f"{address} is an IPv6 address, and pages are fetched over IPv4 only; name the site instead"
    return why


def _endpoint(url: str) -> tuple[str, int]:
    """Give host and port of a URL as the resolver was asked for them."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
