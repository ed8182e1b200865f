"""The record that `rxwarden crawl` gives for one page: a contract, written down in api/README.md."""

from api.judging.contract import Json
from api.store.queries.crawled import Crawled

ALL = "all"


def failed_record(url: str, final_url: str, status: int | None, received: int, error: str) -> Json:
    """The object of a page that was refused or failed: nothing of it was seen."""
    return _record(url, final_url, status, received, error=error)


def page_record(url: str, received: int, crawled: Crawled) -> Json:
    """The object of a page that was had; what could not be read says so in `error`."""
    capture, verdict = crawled.capture, crawled.verdict
    return _record(
        url,
        capture.final_url,
        capture.status,
        received,
        error=f"unreadable: {capture.scan_error}" if capture.scan_error else None,
        seen=None if verdict is None else ", ".join(verdict.degraded) or ALL,
        outcome=None if verdict is None else str(verdict.outcome),
        flagged=[] if verdict is None else list(verdict.flagged),
        case=None if crawled.case is None else crawled.case.id,
    )


def _record(
    url: str,
    final_url: str,
    status: int | None,
    received: int,
    *,
    error: str | None,
    seen: str | None = None,
    outcome: str | None = None,
    flagged: list[str] | None = None,
    case: str | None = None,
) -> Json:
    return {
        "url": url,
        "final_url": final_url,
        "status": status,
        "error": error,
        "bytes": received,
        "seen": seen,
        "outcome": outcome,
        "flagged": flagged or [],
        "case": case,
    }
