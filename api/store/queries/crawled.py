"""What came of one capture: its verdict, its case, and what of the page was not seen."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.tables.cases import Case
from api.store.tables.pages import Capture
from api.store.tables.verdicts import StoredVerdict


@dataclass(frozen=True, slots=True)
class Crawled:
    """A capture; without a verdict it could not be read at all."""

    capture: Capture
    verdict: StoredVerdict | None
    case: Case | None


def read_crawled(session: Session, capture_id: str) -> Crawled:
    """Read what came of a capture."""
    capture, verdict, case = session.exec(
        select(Capture, StoredVerdict, Case)
        .outerjoin(StoredVerdict, col(StoredVerdict.id) == Capture.verdict_id)
        .outerjoin(Case, col(Case.page_id) == Capture.page_id)
        .where(Capture.id == capture_id)
    ).one()
    return Crawled(capture, verdict, case)
