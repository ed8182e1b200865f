"""What an operator must not find out by chance, in sentences: for the report, /readyz and the exit code."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from api.counting import count
from api.services.room import CaptureRoom
from api.store.queries.watch import LateSource, last_good_visit, late_sources, latest_visits, latest_weekly_run
from api.store.tables.runs import SourceRun

# A site that keeps a fifth of its pages or less has lost them or shows us something else.
LEFT_OF_PAGES = 0.2
FEWEST_PAGES = 5
FORBIDDEN = ("http_401", "http_403", "http_429", "http_451")
FORBIDDEN_SHARE = 0.5
FEWEST_FORBIDDEN = 3
HOW_TO_TIME = "`rxwarden weekly --print-timer` shows how to run it"


def standing_warnings(session: Session, room: CaptureRoom, now: datetime) -> dict[str, str]:
    """Give field to sentence of what is amiss now; whoever may ask without a key reads it, so it names no source."""
    run = latest_weekly_run(session)
    late = late_sources(session, now)
    odd = [visit for visit in latest_visits(session) if visit.error or visit.warnings]
    told = {
        "weekly": late
        and f"did not run when it should: {count(len(late), 'watched source')} had no finished visit within the "
        f"cadence, the first since {min(one.since for one in late):%Y-%m-%d}; {HOW_TO_TIME}",
        "sources": odd
        and f"{count(len(odd), 'watched source')} failed or lost pages at the latest visit; `rxwarden weekly` and the "
        "console's latest run say which",
        "disk": room.warning(None if run is None else run.capture_bytes),
    }
    return {field: str(sentence) for field, sentence in told.items() if sentence}


def late_warning(late: Iterable[LateSource]) -> str:
    """Say which sources the job left alone for longer than their cadence; empty when it left none."""
    ordered = sorted(late, key=lambda one: (one.since, one.name))
    if not ordered:
        return ""
    first = ordered[0]
    others = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    return (
        f"the weekly job did not run when it should: {first.name}{others} had no finished visit since "
        f"{first.since:%Y-%m-%d}, and every {first.cadence_days} days was asked for; {HOW_TO_TIME}"
    )


def visit_warnings(session: Session, visit: SourceRun, answers: int, most: int) -> tuple[str, ...]:
    """Say what is odd about a visit that is about to close, beside the last one that went well.

    answers: how many URLs got an answer or a failure; most: how many pages the source may have.
    """
    before = last_good_visit(session, visit)
    return tuple(
        sentence
        for sentence in (
            _lost_pages(visit, before, most),
            _forbidden(visit.errors, answers),
            _unverified(visit, before),
        )
        if sentence
    )


def _lost_pages(visit: SourceRun, before: SourceRun | None, most: int) -> str:
    had = 0 if before is None else min(before.pages, most)
    if had < FEWEST_PAGES or visit.pages > LEFT_OF_PAGES * had:
        return ""
    return f"it lost {had - visit.pages} of {had} pages since the last visit; see whether it moved or shows us less"


def _forbidden(errors: Mapping[str, int], answers: int) -> str:
    refused = sum(errors.get(reason, 0) for reason in FORBIDDEN)
    if refused < max(FEWEST_FORBIDDEN, FORBIDDEN_SHARE * answers):
        return ""
    kinds = ", ".join(reason.removeprefix("http_") for reason in FORBIDDEN if errors.get(reason))
    return f"it turned us away on {refused} of {answers} pages (status {kinds}); write to its owner or pause it"


def _unverified(visit: SourceRun, before: SourceRun | None) -> str:
    """Told when it begins; from then on it stands with the run and the pages."""
    if not visit.unverified or (before is not None and before.unverified):
        return ""
    return f"{count(visit.unverified, 'page')} came with a certificate that does not verify, fetched all the same"
