"""Which network addresses may be contacted: public web servers, and what the operator names exactly."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self

from crawler.exceptions import PolicyInvalid

WEB_PORTS = frozenset({80, 443, 8080, 8443})
# Passed by `is_global` of some Python, yet never a public web server: NAT64 for local use, old site-local addresses,
# 6to4 relays, one large cloud's control plane as its machines see it, documentation addresses.
NEVER_PUBLIC = tuple(
    ip_network(net) for net in ("64:ff9b:1::/48", "fec0::/10", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20")
)
# An IPv4 address in the last 32 bits: IPv4-mapped, IPv4-compatible, NAT64.
IPV4_TAILS = tuple(ip_network(net) for net in ("::ffff:0:0/96", "::/96", "64:ff9b::/96"))

Address = IPv4Address | IPv6Address
ANY_PORT = 0


def parse_endpoint(text: str) -> tuple[str, int]:
    """Read `127.0.0.1:8808` or `[::1]:8808`, or without a port, which gives ANY_PORT; ValueError says what is wrong."""
    try:
        address, port = _split(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an address; write 127.0.0.1:8808 or [::1]:8808, or leave the port out for every port"
        ) from None
    return str(address), port


def _split(text: str) -> tuple[Address, int]:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    with suppress(ValueError):
        return ip_address(bare), ANY_PORT
    host, _, port = text.rpartition(":")
    address = ip_address(host.removeprefix("[").removesuffix("]"))
    if not (port.isdecimal() and 0 < int(port) < 65536) or (address.version == 6) != host.startswith("["):
        raise ValueError(text)
    return address, int(port)


@dataclass(frozen=True)
class AddressGuard:
    """Judges an address and port; `allowed` holds the exact endpoints that are let through whatever they are.

    With `only_allowed` nothing else is let through, public or not.
    """

    allowed: frozenset[tuple[str, int]] = frozenset()
    only_allowed: bool = False

    @classmethod
    def of(cls, allowed_addresses: Iterable[str], *, only_allowed: bool) -> Self:
        """Give the guard that lets these endpoints through; PolicyInvalid names the one that is none."""
        try:
            return cls(frozenset(parse_endpoint(text) for text in allowed_addresses), only_allowed)
        except ValueError as problem:
            raise PolicyInvalid(f"allowed_addresses: {problem}") from problem

    def refusal(self, host: str, port: int) -> str:
        """Say why this literal address and port must not be contacted; empty when they may."""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return f"{host!r} is not a network address"
        if {(str(address), port), (str(address), ANY_PORT)} & self.allowed:
            return ""
        if not _is_public(address):
            return f"{address} is not a public address"
        if port not in WEB_PORTS:
            return f"port {port} is not one that public web pages are served on ({_listed(WEB_PORTS)})"
        if self.only_allowed:
            return f"{address} is somebody else's, and nobody is named whom they could write to"
        return ""


def _is_public(address: Address) -> bool:
    """Tell whether the address, and any address wrapped in it, is a public unicast one."""
    inner = _wrapped(address)
    if inner is not None:
        return _is_public(inner)
    never = any(address in net for net in NEVER_PUBLIC)
    return address.is_global and not (address.is_multicast or address.is_reserved or never)


def _wrapped(address: Address) -> Address | None:
    """Give the IPv4 address that a transition address leads to (mapped, NAT64, 6to4, Teredo), or None."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in net for net in IPV4_TAILS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.sixtofour


def _listed(numbers: frozenset[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))
