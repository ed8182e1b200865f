"""Certificates: each is verified as a browser would, what is wrong with it is recorded, and the page is fetched."""
# ruff: noqa: N802, N803, ARG002  (methods and arguments are named by Twisted)

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from OpenSSL import SSL
from OpenSSL.crypto import X509
from scrapy.crawler import Crawler
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import AcceptableCiphers, CertificateOptions, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from twisted.protocols.tls import TLSMemoryBIOProtocol

HTTPS = 443
MAX_REMEMBERED = 4096
# Servers that only know the old way to renegotiate are asked all the same (SSL_OP_LEGACY_SERVER_CONNECT).
LEGACY_SERVERS = 0x4
# OpenSSL's numbers for what is wrong, in words.
WORDS = {
    7: "its signature is wrong",
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is signed by itself",
    19: "an authority that nobody knows signed it",
    20: "who signed it is not known",
    21: "who signed it is not known",
    23: "it was revoked",
}
OTHER_HOST = "it is for another host"


class CertificateLedger:
    """What was wrong with the certificate that a host and port showed last."""

    def __init__(self) -> None:
        self._problems: dict[tuple[str, int], str] = {}

    def note(self, host: str, port: int, problem: str) -> None:
        """Keep what a handshake showed; an empty problem is a certificate that verifies."""
        if len(self._problems) >= MAX_REMEMBERED:
            self._problems.clear()
        self._problems[host.lower(), port] = problem

    def problem(self, url: str) -> str:
        """Say what is wrong with the certificate behind a URL; empty when nothing is, or it is no https."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return ""
        return self._problems.get(((parts.hostname or "").lower(), parts.port or HTTPS), "")


@implementer(IPolicyForHTTPS)
class RecordingPolicy:
    """Makes TLS connections that verify, record and go on; its ledger is the spider's `certificates`."""

    def __init__(self, ledger: CertificateLedger) -> None:
        self._ledger = ledger
        ciphers = AcceptableCiphers.fromOpenSSLCipherString("DEFAULT")  # type: ignore[no-untyped-call]
        roots = platformTrust()  # type: ignore[no-untyped-call]
        options = CertificateOptions(trustRoot=roots, acceptableCiphers=ciphers, fixBrokenPeers=True)
        self._context: SSL.Context = options.getContext()
        self._context.set_options(LEGACY_SERVERS)

    @classmethod
    def from_crawler(cls, crawler: Crawler, method: int | None = None) -> Self:
        """Build the policy of a crawl; Scrapy names a TLS method, and all of them are spoken."""
        del method
        ledger = getattr(crawler.spider, "certificates", None)
        return cls(ledger if isinstance(ledger, CertificateLedger) else CertificateLedger())

    def creatorForNetloc(self, hostname: bytes, port: int) -> _Connections:
        """Give what makes the connections to a host and port."""
        return _Connections(self._context, self._ledger, hostname.decode("ascii"), port)


@implementer(IOpenSSLClientConnectionCreator)
class _Connections:
    """Makes the TLS connections to one host and port."""

    def __init__(self, context: SSL.Context, ledger: CertificateLedger, host: str, port: int) -> None:
        self._context = context
        self._ledger = ledger
        self._host = host
        self._port = port
        self._is_name = not _is_address(host)

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Make a connection whose handshake goes on whatever the certificate is."""
        connection = SSL.Connection(self._context)
        if self._is_name:
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        found: list[str] = []

        def verify(_connection: SSL.Connection, shown: X509, error: int, depth: int, is_good: int) -> bool:
            if not is_good:
                found.append(WORDS.get(error, f"OpenSSL refuses it with error {error}"))
            if depth == 0:
                if is_good and not found and not self._names_host(shown):
                    found.append(OTHER_HOST)
                self._ledger.note(self._host, self._port, found[0] if found else "")
            return True

        connection.set_verify(SSL.VERIFY_PEER, verify)
        return connection

    def _names_host(self, shown: X509) -> bool:
        wanted = DNS_ID(self._host) if self._is_name else IPAddress_ID(self._host)
        try:
            verify_service_identity(extract_patterns(shown), [wanted], [])
        except (CertificateError, VerificationError):
            return False
        return True


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
