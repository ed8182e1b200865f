"""How the fetcher behaves towards other people's servers; the operator sets it once per installation."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawler.exceptions import PolicyInvalid
from crawler.fetching.addresses import AddressGuard

# Lowest and highest value a field may take; the bounds keep a slip of the keyboard from becoming an attack.
BOUNDS = {
    "delay_seconds": (0.0, 3600.0),
    "max_delay_seconds": (0.0, 3600.0),
    "timeout_seconds": (0.1, 600.0),
    "stall_seconds": (0.1, 86400.0),
    "max_bytes": (1, 64 << 20),
    "max_header_bytes": (1024, 4 << 20),
    "max_pause_seconds": (0.0, 604800.0),
    "patience_seconds": (0.0, 3600.0),
    "max_redirects": (0, 20),
    "max_url_length": (32, 8192),
    "concurrency": (1, 256),
    "per_host": (1, 16),
    "retries": (0, 5),
    "memory_mb": (200, 65536),
}


def check_bounds(policy: object, bounds: Mapping[str, tuple[float, float]]) -> None:
    """PolicyInvalid names the field of a policy that is below the lowest value it may take, or above the highest."""
    for field, (low, high) in bounds.items():
        value = getattr(policy, field)
        if not low <= value <= high:
            raise PolicyInvalid(f"{field} is {value}; give a number from {low} to {high}")


@dataclass(frozen=True)
class FetchPolicy:
    """Identity, politeness and limits of a fetcher; PolicyInvalid names the field that cannot be used.

    contact: a URL or mail address that a site's owner can turn to; it is part of the user agent.
    disguise: the whole User-Agent of a second look, where a source allows one; robots.txt is still read as `agent`.
    allowed_addresses: exact addresses, each with one port or with none for any, that may be contacted though they are
    not public. only_allowed: nobody else may be, which is for fetching without anybody to name as a contact.
    delay_seconds: least time between two requests to a host; AutoThrottle and Crawl-delay lengthen it, up to
    max_delay_seconds. timeout_seconds: for one whole answer. stall_seconds: silence after which the fetcher is ended.
    max_pause_seconds: as long as a host's Retry-After is kept, at most. patience_seconds: a visit waits for a pause as
    short as this, and leaves the host to a later visit when it is longer.
    """

    contact: str
    agent: str = "rxwarden/1"
    disguise: str = ""
    allowed_addresses: tuple[str, ...] = ()
    only_allowed: bool = False
    delay_seconds: float = 1.0
    max_delay_seconds: float = 60.0
    timeout_seconds: float = 30.0
    stall_seconds: float = 900.0
    max_bytes: int = 8 << 20
    max_header_bytes: int = 256 << 10
    max_pause_seconds: float = 86400.0
    patience_seconds: float = 120.0
    max_redirects: int = 8
    max_url_length: int = 2083
    concurrency: int = 16
    per_host: int = 2
    retries: int = 1
    memory_mb: int = 400

    def __post_init__(self) -> None:
        if not ("@" in self.contact or self.contact.startswith(("http://", "https://"))):
            raise PolicyInvalid(f"contact {self.contact!r} is neither a URL nor a mail address; give one that is read")
        if not (self.user_agent.isascii() and self.user_agent.isprintable() and self.robots_token):
            raise PolicyInvalid(f"agent and contact give {self.user_agent!r}; use printable ASCII characters only")
        check_bounds(self, BOUNDS)
        self.guard()

    @property
    def user_agent(self) -> str:
        """The User-Agent header: who we are and where we can be reached, or the disguise of a second look."""
        return self.disguise or f"{self.agent} (+{self.contact})"

    @property
    def robots_token(self) -> str:
        """The product name that robots.txt rules are matched with."""
        return self.agent.partition("/")[0].strip()

    def guard(self) -> AddressGuard:
        """Give the address guard that holds for this policy."""
        return AddressGuard.of(self.allowed_addresses, only_allowed=self.only_allowed)
