"""Which URLs belong to a source: those on the hosts of its start URLs and on their subdomains."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

# No host has these, whatever a page links to.
NOT_IN_HOSTS = frozenset(' "<>\\^`{|}%\x7f')


@lru_cache(maxsize=20_000)
def host_of(url: str) -> str:
    """Give the lower-case host of an http or https URL; empty when it has none or is something else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018  (raises on a port that is no number)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or NOT_IN_HOSTS & set(host) or not host.isprintable():
        return ""
    return host.rstrip(".")


@dataclass(frozen=True)
class Scope:
    """The hosts of a source, each without a leading `www.`, so that a site may move between both forms."""

    hosts: frozenset[str]

    @classmethod
    def of(cls, start_urls: Iterable[str]) -> Self:
        """Give the scope that the start URLs span."""
        return cls(frozenset(host_of(url).removeprefix("www.") for url in start_urls) - {""})

    def holds(self, url: str) -> bool:
        """Tell whether the URL is http(s) and on one of the hosts or below it."""
        host = host_of(url)
        if host in self.hosts:
            return True
        return any(host.endswith("." + base) for base in self.hosts if _has_subdomains(base))


def _has_subdomains(host: str) -> bool:
    """Tell a registered name from an IP address or a single label, below which unrelated sites live."""
    if "." not in host:
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False
