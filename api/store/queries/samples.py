"""Counts of the random sample: pages by what the model says of them, and how many of the sampled ones violate."""

from dataclasses import dataclass

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from api.store.kinds import CaseState, Decision, Why
from api.store.tables.cases import Case, Review
from api.store.tables.pages import SitePage
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Outcome


@dataclass(frozen=True, slots=True)
class Stratum:
    """Judged pages of one outcome; of those in the sample `read` have been decided, and `violating` are confirmed."""

    outcome: Outcome
    pages: int
    read: int
    violating: int

    @property
    def is_clear(self) -> bool:
        """Whether these are the pages on which the model found nothing."""
        return self.outcome is Outcome.CLEAR


def list_strata(session: Session, bound: str) -> tuple[Stratum, ...]:
    """All judged pages by outcome; the sample is the pages with an id below `bound`."""
    judged = (
        select(StoredVerdict.outcome, func.count())
        .join(SitePage, col(SitePage.latest_verdict_id) == StoredVerdict.id)
        .group_by(col(StoredVerdict.outcome))
    )
    pages = dict(session.exec(judged).all())
    newest = select(Review.case_id, func.max(Review.number).label("number")).group_by(col(Review.case_id)).subquery()
    confirmed = func.sum(case((col(Review.decision) == Decision.CONFIRM, 1), else_=0))
    decided = (
        select(Case.outcome, func.count(), confirmed)
        .join(newest, newest.c.case_id == Case.id)
        .join(Review, (col(Review.case_id) == Case.id) & (col(Review.number) == newest.c.number))
        .where(col(Case.page_id) < bound, col(Case.state) == CaseState.DECIDED)
        .group_by(col(Case.outcome))
    )
    read = {outcome: (number, int(violating)) for outcome, number, violating in session.exec(decided)}
    return tuple(Stratum(outcome, pages.get(outcome, 0), *read.get(outcome, (0, 0))) for outcome in Outcome)


def count_waiting(session: Session) -> int:
    """Count the clear pages of the sample that nobody has read yet."""
    waiting = select(func.count()).where(col(Case.why) == Why.SAMPLE, col(Case.state) == CaseState.OPEN)
    return session.exec(waiting).one()
