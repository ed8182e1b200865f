"""The address guard at work: a resolver that answers with public addresses only."""
# ruff: noqa: N802, N803  (methods and arguments are named by Twisted)

from collections.abc import Sequence
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolverSimple

from crawler.fetching.addresses import AddressGuard, parse_endpoint

MAX_REMEMBERED = 4096


class Receiver(Protocol):
    """Waits for the addresses of a name; Twisted's IResolutionReceiver in terms that a type checker reads."""

    def resolutionBegan(self, resolution: IHostResolution) -> None: ...
    def addressResolved(self, address: IAddress) -> None: ...
    def resolutionComplete(self) -> None: ...


class Names(Protocol):
    """Looks names up; Twisted's IHostnameResolver in terms that a type checker reads."""

    def resolveHostName(
        self,
        resolutionReceiver: Receiver,
        hostName: str,
        portNumber: int,
        addressTypes: Sequence[type[IAddress]] | None,
        transportSemantics: str,
    ) -> IHostResolution: ...


class PublicOnlyResolver(CachingThreadedResolver):
    """Resolves names, judging each address with its port at the moment of connecting.

    Twisted connects to exactly the address that comes from here and sends literal addresses (decimal, octal and
    mapped ones too) through here as well, so nothing can change between the check and the connect.
    `refused` says why, by lower-case host and port, since the error that Twisted makes of it cannot.
    """

    guard: AddressGuard
    refused: dict[tuple[str, int], str]

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Build the resolver with the endpoints of the setting GUARD_ALLOWED_ADDRESSES let through."""
        resolver = super().from_crawler(crawler, reactor)
        allowed = crawler.settings.getlist("GUARD_ALLOWED_ADDRESSES")
        endpoints = frozenset(parse_endpoint(text) for text in allowed)
        resolver.guard = AddressGuard(endpoints, crawler.settings.getbool("GUARD_ONLY_ALLOWED"))
        resolver.refused = {}
        return resolver

    def install_on_reactor(self) -> None:
        """Put this resolver where names are looked up together with the port they are wanted for."""
        self.reactor.installResolver(cast("IResolverSimple", self))
        self._names = cast("Names", self.reactor.nameResolver)
        self.reactor.installNameResolver(cast("IHostnameResolver", self))

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        """Give the IPv4 address of a name; `localhost` and names below it are 127.0.0.1 (RFC 6761)."""
        bare = name.rstrip(".").lower()
        if bare == "localhost" or bare.endswith(".localhost"):
            return succeed("127.0.0.1")
        return super().getHostByName(name, timeout)

    def resolveHostName(
        self,
        resolutionReceiver: Receiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve as Twisted asks for it, passing on only what the guard lets through."""
        receiver = _Judge(self, resolutionReceiver, portNumber)
        return self._names.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def note_refusal(self, host: str, port: int, why: str) -> None:
        """Remember why a host and port were refused."""
        if len(self.refused) >= MAX_REMEMBERED:
            self.refused.clear()
        self.refused[host.lower(), port] = why


class _Judge:
    """Stands between the lookup and whoever waits for it, and keeps refused addresses back."""

    def __init__(self, resolver: PublicOnlyResolver, receiver: Receiver, port: int) -> None:
        self._resolver = resolver
        self._receiver = receiver
        self._port = port
        self._host = ""

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._host = resolution.name
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        why = self._resolver.guard.refusal(getattr(address, "host", ""), self._port)
        if why:
            self._resolver.note_refusal(self._host, self._port, why)
        else:
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()


def installed_resolver() -> PublicOnlyResolver | None:
    """Give the reactor's resolver if it is ours, and exactly ours."""
    from twisted.internet import reactor  # importing it installs one, which only a running fetcher may do

    resolver: object = getattr(reactor, "nameResolver", None)
    return resolver if type(resolver) is PublicOnlyResolver else None
