"""Everything look-ups answer from: every address, every page as it was judged, and what people decided."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from api.store.kinds import CaptureState, CaseState, Decision, Scope
from api.store.tables.cases import Case, Review
from api.store.tables.pages import Capture, PageAddress, SitePage
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Outcome, Severity

ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ListedVerdict:
    """The verdict that stands on a page."""

    outcome: Outcome
    severity: Severity
    families: dict[str, float]
    flagged: list[str]
    substances: list[str]
    model: str
    policy: str
    as_of: date


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page: when it was last captured, whether that capture was judged, and where its case stands, if it has one."""

    page_id: str
    captured_at: datetime | None
    capture_state: CaptureState | None
    case_id: str | None
    case_state: CaseState | None


@dataclass(frozen=True, slots=True)
class ListedReview:
    """What one review says and how far it reaches; `number` counts the reviews of its case."""

    case_id: str
    number: int
    decision: Decision
    scope: Scope
    scope_key: str
    created_at: datetime


def read_addresses(session: Session) -> Iterator[tuple[bytes, str]]:
    """Give the SHA-256 of the lookup key and the page id of every address."""
    found = session.execute(
        select(col(PageAddress.id), col(PageAddress.page_id)).execution_options(yield_per=ROWS_AT_ONCE)
    )
    return ((bytes.fromhex(address), page_id) for address, page_id in found)


def read_pages(session: Session) -> Iterator[ListedPage]:
    """Give every page."""
    found = session.execute(
        select(col(SitePage.id), col(Capture.fetched_at), col(Capture.state), col(Case.id), col(Case.state))
        .select_from(SitePage)
        .outerjoin(Capture, col(SitePage.latest_capture_id) == Capture.id)
        .outerjoin(Case, col(Case.page_id) == SitePage.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return (ListedPage(*row) for row in found)


def read_verdicts(session: Session) -> Iterator[tuple[str, ListedVerdict]]:
    """Give page id and standing verdict of every judged page."""
    found = session.execute(
        select(
            col(SitePage.id),
            col(StoredVerdict.outcome),
            col(StoredVerdict.severity),
            col(StoredVerdict.families),
            col(StoredVerdict.flagged),
            col(StoredVerdict.substances),
            col(StoredVerdict.model_digest),
            col(StoredVerdict.policy_digest),
            col(StoredVerdict.as_of),
        )
        .join(StoredVerdict, col(SitePage.latest_verdict_id) == StoredVerdict.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    return ((page_id, ListedVerdict(*verdict)) for page_id, *verdict in found)


def read_reviews(session: Session, case_ids: Collection[str] | None = None) -> Iterator[ListedReview]:
    """Give every review, or those of some cases; the reviews of a case in their order."""
    statement = select(
        col(Review.case_id),
        col(Review.number),
        col(Review.decision),
        col(Review.scope),
        col(Review.scope_key),
        col(Review.created_at),
    )
    if case_ids is not None:
        statement = statement.where(col(Review.case_id).in_(case_ids))
    found = session.execute(statement.order_by(col(Review.case_id), col(Review.number)))
    return (ListedReview(*row) for row in found)
