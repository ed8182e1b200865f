"""Reviews of a case: all of them, the one that stands, the last one that settled it."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.kinds import Decision
from api.store.tables.cases import Review
from api.store.tables.people import Reviewer

FINAL = tuple(decision for decision in Decision if decision.is_final)


@dataclass(frozen=True, slots=True)
class SignedReview:
    """A review with the person who made it."""

    review: Review
    reviewer: Reviewer


def list_reviews(session: Session, case_id: str) -> tuple[SignedReview, ...]:
    """List the reviews of a case, the newest first."""
    found = session.exec(
        select(Review, Reviewer)
        .join(Reviewer, col(Review.reviewer_id) == Reviewer.id)
        .where(Review.case_id == case_id)
        .order_by(col(Review.number).desc())
    )
    return tuple(SignedReview(review, reviewer) for review, reviewer in found)


def standing_review(session: Session, case_id: str) -> Review | None:
    """Give the newest review of a case, whatever it says."""
    return session.exec(select(Review).where(Review.case_id == case_id).order_by(col(Review.number).desc())).first()


def last_decision(session: Session, case_id: str) -> Review | None:
    """Give the newest review that confirmed or overturned; None when nobody has decided."""
    return session.exec(
        select(Review)
        .where(Review.case_id == case_id, col(Review.decision).in_(FINAL))
        .order_by(col(Review.number).desc())
    ).first()
