"""Second looks: which captures want one, and what they showed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from api.store.kinds import CaptureState, LookKind
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, StoredDocument
from api.store.tables.verdicts import StoredVerdict

# Reasons for which a page says next to nothing to whoever runs no scripts.
THIN = frozenset({"scripted", "image_only", "empty"})
# What a page of a listing is told by; it has no address of its own.
ENTRY = "#entry-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A capture that wants to be looked at by a browser: it `is_thin`, or it is flagged and wants a picture.

    is_drawn: it has the document that a browser saw of the same bytes before; scripts may show something else by now.
    """

    capture_id: str
    page_id: str
    url: str
    bytes_sha256: str
    is_thin: bool
    is_drawn: bool


def wants_look(not_seen: Iterable[str], flagged: Iterable[str]) -> bool:
    """Tell a page that a browser should look at."""
    return bool(THIN.intersection(not_seen)) or bool(list(flagged))


def is_wanted(session: Session, capture_id: str) -> bool:
    """Tell whether a capture is one that a browser should look at."""
    told = session.exec(
        select(StoredDocument.not_seen, StoredVerdict.flagged)
        .join(Capture, col(Capture.document_id) == StoredDocument.id)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .where(Capture.id == capture_id)
    ).first()
    return told is not None and wants_look(*told)


def list_wanted(session: Session, source_run_id: str) -> tuple[Wanted, ...]:
    """List the captures of a visit that want a browser's look and had none, thin and flagged ones in turn.

    Of the thin ones those come first that were never looked at, then those whose last look is the longest ago.
    """
    earlier = aliased(Look)
    of_page = (col(earlier.page_id) == Capture.page_id) & (col(earlier.kind) == LookKind.RENDERED)
    looked_at = select(func.max(earlier.looked_at)).where(of_page).scalar_subquery()
    is_drawn = select(earlier.id).where(of_page, col(earlier.document_id) == Capture.document_id).exists()
    rows = session.exec(
        select(Capture, StoredDocument.not_seen, StoredVerdict.flagged, is_drawn)
        .join(StoredDocument, col(Capture.document_id) == StoredDocument.id)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .outerjoin(Look, (col(Look.capture_id) == Capture.id) & (col(Look.kind) == LookKind.RENDERED))
        .where(
            Capture.source_run_id == source_run_id,
            col(Capture.state) == CaptureState.JUDGED,
            col(Capture.content_type).contains("html"),
            col(Capture.final_url).startswith("http"),
            ~col(Capture.url).contains(ENTRY),
            col(Look.id).is_(None),
        )
        .order_by(looked_at.is_not(None), looked_at, col(Capture.fetched_at), col(Capture.id))
    )
    thin: list[Wanted] = []
    flagged: list[Wanted] = []
    for capture, not_seen, flags, was_drawn in rows:
        if was_drawn or wants_look(not_seen, flags):
            is_thin = was_drawn or bool(THIN.intersection(not_seen))
            one = Wanted(capture.id, capture.page_id, capture.final_url, capture.blob_sha256, is_thin, was_drawn)
            (thin if is_thin else flagged).append(one)
    return tuple(one for one in chain.from_iterable(zip_longest(thin, flagged)) if one is not None)


def earlier_look(session: Session, page_id: str, bytes_sha256: str, kind: LookKind) -> Look | None:
    """Give the newest look that showed something of a page when its bytes were these."""
    return session.exec(
        select(Look)
        .where(Look.page_id == page_id, Look.kind == kind, Look.bytes_sha256 == bytes_sha256, Look.error == "")
        .order_by(col(Look.looked_at).desc())
    ).first()


def looks_at(session: Session, capture: Capture) -> tuple[Look, ...]:
    """Give the newest look of each kind that showed something of a capture, or of the same bytes before it."""
    found = (earlier_look(session, capture.page_id, capture.blob_sha256, kind) for kind in LookKind)
    return tuple(look for look in found if look is not None)


def is_of_look(session: Session, verdict: StoredVerdict, kind: LookKind) -> bool:
    """Tell whether a verdict is on what a look of a kind showed."""
    found = select(Look.id).where(Look.page_id == verdict.page_id, Look.kind == kind, Look.verdict_id == verdict.id)
    return session.exec(found).first() is not None


def latest_look(session: Session, page_id: str, kind: LookKind) -> Look | None:
    """Give the newest look that showed something of a page."""
    return session.exec(
        select(Look)
        .where(Look.page_id == page_id, Look.kind == kind, Look.error == "")
        .order_by(col(Look.looked_at).desc())
    ).first()


def latest_attempt(session: Session, page_id: str, kind: LookKind) -> Look | None:
    """Give the newest look at a page, whatever came of it."""
    return session.exec(
        select(Look).where(Look.page_id == page_id, Look.kind == kind).order_by(col(Look.looked_at).desc())
    ).first()
