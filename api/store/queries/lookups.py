"""What is known of a URL, found by its canonical lookup key."""

from dataclasses import dataclass

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from api.store.kinds import CaseState, ReviewState, Scope
from api.store.queries.reviews import FINAL, last_decision
from api.store.scopes import reaching_keys, scope_hash
from api.store.tables.cases import Case, Review
from api.store.tables.pages import PageAddress, SitePage
from api.store.tables.verdicts import StoredVerdict


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """What the store says of a lookup key; `page` is None for a URL never captured.

    `decision` is the newest final review of the page itself; while `review_state` is suspected it is the earlier one.
    `reached_by` is the newest final review on another page whose directory or host scope covers this URL.
    """

    lookup_key: str
    page: SitePage | None
    verdict: StoredVerdict | None
    case: Case | None
    review_state: ReviewState
    decision: Review | None
    reached_by: Review | None


def find_url(session: Session, lookup_key: str) -> KnownUrl:
    """Look a canonical key up."""
    page = find_page(session, lookup_key)
    case = None if page is None else session.exec(select(Case).where(Case.page_id == page.id)).first()
    judged = page is not None and page.latest_verdict_id
    return KnownUrl(
        lookup_key=lookup_key,
        page=page,
        verdict=session.get(StoredVerdict, judged) if judged else None,
        case=case,
        review_state=review_state(case),
        decision=None if case is None else last_decision(session, case.id),
        reached_by=_reaching(session, lookup_key, "" if case is None else case.id),
    )


def find_page(session: Session, lookup_key: str) -> SitePage | None:
    """Give the page that this key, or a redirect from it, leads to."""
    return session.exec(
        select(SitePage)
        .join(PageAddress, col(PageAddress.page_id) == SitePage.id)
        .where(PageAddress.id == scope_hash(lookup_key))
    ).first()


def review_state(case: Case | None) -> ReviewState:
    """Say what a case means to somebody who looks the page up."""
    if case is None or case.state is CaseState.CLEARED:
        return ReviewState.UNREVIEWED
    return ReviewState.REVIEWED if case.state is CaseState.DECIDED else ReviewState.SUSPECTED


def _reaching(session: Session, lookup_key: str, own_case: str) -> Review | None:
    hashes = [scope_hash(key) for key in reaching_keys(lookup_key)]
    newer = aliased(Review)
    return session.exec(
        select(Review)
        .where(
            col(Review.scope_hash).in_(hashes),
            col(Review.scope).in_((Scope.DIRECTORY, Scope.HOST)),
            col(Review.decision).in_(FINAL),
            Review.case_id != own_case,
            # A later review of the same case, with whatever scope, takes the earlier one's place.
            ~exists().where(col(newer.case_id) == Review.case_id, col(newer.number) > Review.number),
        )
        .order_by(col(Review.created_at).desc(), col(Review.id))
    ).first()
