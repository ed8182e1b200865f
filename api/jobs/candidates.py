"""Which captures of a visit are asked for under a browser's name: flagged ones, known cloakers, some start pages."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from api.jobs.ledger import Errand
from api.store.kinds import CaptureState, LookKind
from api.store.queries.looks import ENTRY, latest_look
from api.store.tables.looks import Look
from api.store.tables.pages import Capture
from api.store.tables.verdicts import StoredVerdict

# Of the start pages on which nothing was found; flagged pages are all looked at.
SAMPLED = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A capture that is asked for once more, as its bytes are known; `last` is what a browser was told before."""

    capture_id: str
    page_id: str
    url: str
    bytes_sha256: str
    last: Look | None


def list_candidates(session: Session, errand: Errand) -> list[Candidate]:
    """Give the flagged captures of a visit, pages cloaked before and some start pages, those first never compared.

    What a browser is told may be new though what we are told stays the same: each visit compares anew.
    """
    rows = session.exec(
        select(Capture, StoredVerdict.flagged)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .outerjoin(Look, (col(Look.capture_id) == Capture.id) & (col(Look.kind) == LookKind.OTHER_AGENT))
        .where(
            col(Look.id).is_(None),
            Capture.source_run_id == errand.source_run_id,
            col(Capture.state) == CaptureState.JUDGED,
            col(Capture.url).startswith("http"),
            ~col(Capture.url).contains(ENTRY),
        )
        .order_by(col(Capture.fetched_at), col(Capture.id))
    )
    starts, compared = set(errand.source.start_urls), _compared(session, errand)
    found = []
    for capture, flagged in rows:
        known = capture.page_id in compared
        last = latest_look(session, capture.page_id, LookKind.OTHER_AGENT) if known else None
        is_start = capture.url in starts and _is_sampled(capture.page_id, errand)
        if flagged or is_start or (last is not None and last.is_different):
            found.append(Candidate(capture.id, capture.page_id, capture.url, capture.blob_sha256, last))
    return sorted(found, key=lambda one: one.last.looked_at if one.last else datetime.min.replace(tzinfo=UTC))


def _compared(session: Session, errand: Errand) -> frozenset[str]:
    """Give the pages of a visit that were ever asked for under a browser's name."""
    asked = (
        select(Look.page_id)
        .join(Capture, col(Capture.page_id) == Look.page_id)
        .where(Capture.source_run_id == errand.source_run_id, Look.kind == LookKind.OTHER_AGENT)
    )
    return frozenset(session.exec(asked))


def _is_sampled(page_id: str, errand: Errand) -> bool:
    """One start page in SAMPLED, others each week; a source's only one always."""
    if len(errand.source.start_urls) == 1:
        return True
    week = errand.as_of.date().isocalendar()
    drawn = hashlib.sha256(f"{page_id} {week.year} {week.week}".encode()).digest()
    return drawn[0] % SAMPLED == 0
