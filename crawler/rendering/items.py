"""What enters and leaves the browser: RenderPolicy, RenderOrder, Rendering, RenderFailure."""

from dataclasses import dataclass
from datetime import datetime

from crawler.exceptions import PolicyInvalid
from crawler.fetching.addresses import AddressGuard
from crawler.fetching.policy import check_bounds

# Lowest and highest value a field may take.
BOUNDS = {
    "page_seconds": (1.0, 300.0),
    "settle_seconds": (0.0, 60.0),
    "max_requests": (1, 5000),
    "max_connections": (1, 256),
    "max_bytes": (1 << 16, 1 << 30),
    "max_html_bytes": (1 << 10, 64 << 20),
    "max_height": (200, 16_000),
    "max_screenshot_bytes": (10_000, 16 << 20),
    "memory_mb": (300, 65_536),
    "pages_per_browser": (1, 10_000),
}


@dataclass(frozen=True)
class RenderPolicy:
    """Identity and limits of the browser; PolicyInvalid names the field that cannot be used.

    browser: the path of a Chromium; empty for Playwright's own. page_seconds: for one whole page; settle_seconds: how
    long a page that has loaded may go on drawing itself. max_requests, max_bytes (as sent, over all connections) and
    max_connections (at once) are those of one page. max_height: pixels of the page that are in the picture.
    memory_mb: what all processes of the browser may take for themselves, together.
    """

    user_agent: str
    browser: str = ""
    allowed_addresses: tuple[str, ...] = ()
    only_allowed: bool = False
    page_seconds: float = 30.0
    settle_seconds: float = 4.0
    max_requests: int = 300
    max_connections: int = 32
    max_bytes: int = 32 << 20
    max_html_bytes: int = 8 << 20
    max_height: int = 6000
    max_screenshot_bytes: int = 2 << 20
    memory_mb: int = 1500
    pages_per_browser: int = 50

    def __post_init__(self) -> None:
        if not (self.user_agent.isascii() and self.user_agent.isprintable() and self.user_agent):
            raise PolicyInvalid(f"user_agent is {self.user_agent!r}; use printable ASCII characters only")
        check_bounds(self, BOUNDS)
        self.guard()

    def guard(self) -> AddressGuard:
        """Give the address guard that holds for this policy, the same as the fetcher's."""
        return AddressGuard.of(self.allowed_addresses, only_allowed=self.only_allowed)


@dataclass(frozen=True, slots=True)
class RenderOrder:
    """A page to render; its document stays on these hosts and those below them, or goes anywhere when none is named."""

    url: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """What the page asked for and did not get, `host:port` or a URL, with the sentence that says why."""

    what: str
    why: str


@dataclass(frozen=True)
class Rendering:
    """A page as a browser shows it.

    final_url: where it ended, or the URL asked for where that is too long to be one.
    html: the elements as they stand when it has settled, with those of frames and shadow trees, as UTF-8. text: what
    is shown, in order. screenshot: JPEG, empty where none could be taken; width and height in pixels. refused: the
    first of what was not let through, refused_count all of it; requests counts what the page asked for.
    truncated: what was cut off, of html, text, bytes, requests, frames, picture, time (it never stopped loading),
    scripts (they had to be ended).
    """

    url: str
    final_url: str
    status: int
    fetched_at: datetime
    html: bytes
    text: str
    screenshot: bytes
    width: int
    height: int
    browser: str
    refused: tuple[Refused, ...] = ()
    refused_count: int = 0
    requests: int = 0
    received: int = 0
    truncated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """A page that could not be rendered; `detail` is a sentence for a person.

    reason: blocked_address, offsite_redirect, timeout, connection, dns, download, no_page, memory, crashed, hung,
    invalid_url, died, error.
    """

    url: str
    reason: str
    detail: str


Answer = Rendering | RenderFailure


@dataclass(frozen=True, slots=True)
class Hello:
    """What a browser says of itself once its guards are in force: name with version, and whether it is sandboxed."""

    browser: str
    sandboxed: bool
