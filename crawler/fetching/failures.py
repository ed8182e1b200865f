"""From what went wrong in the fetcher to the short code and the sentence that a FetchFailure carries."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from crawler.exceptions import PageBlocked
from crawler.printing import printable

# First match wins; what matches none is `error`.
REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((DownloadTimeoutError,), "timeout"),
    ((CannotResolveHostError,), "dns"),
    ((DownloadCancelledError,), "too_large"),
    ((DownloadConnectionRefusedError, DownloadFailedError, ConnectError, ConnectionClosed), "connection"),
    ((UnsupportedURLSchemeError, NotSupported), "invalid_url"),
)
# Scrapy cancels a download in silence.
WORDS = {"too_large": "the answer is longer than the policy allows"}
MAX_DETAIL = 500


def explain(problem: BaseException) -> tuple[str, str]:
    """Give the reason code and the detail for an exception that ended a request."""
    if isinstance(problem, PageBlocked):
        return problem.reason, _short(problem.detail)
    text = str(problem)
    if isinstance(problem, IgnoreRequest):
        return _ignored(text), _short(text)
    for kinds, reason in REASONS:
        if isinstance(problem, kinds):
            return reason, _short(text or WORDS.get(reason, type(problem).__name__))
    return "error", _short(f"{type(problem).__name__}: {text}")


def _ignored(text: str) -> str:
    """Tell Scrapy's own refusals apart, which share one class: by their words."""
    return "redirects" if "max redirections" in text else "dropped"


def _short(text: str) -> str:
    """Make one printable line of bounded length."""
    line = printable(text)
    return line if len(line) <= MAX_DETAIL else line[: MAX_DETAIL - 1] + "…"
