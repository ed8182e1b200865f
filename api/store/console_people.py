"""What the console shows of people's work: how much each has decided, and how long they have read the worst."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.store.tables.audit import AuditEvent
from api.store.tables.cases import Case, Review
from api.store.tables.people import Reviewer, ReviewerSession
from classifier.labels import Severity

# A longer pause between two decisions counts as a break.
BREAK = timedelta(minutes=10)
LONGEST_STRETCH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Person:
    """A reviewer with the number of their reviews and when they were last here."""

    reviewer: Reviewer
    reviews: int
    seen_at: datetime | None


def list_people(session: Session) -> tuple[Person, ...]:
    """List everybody, those who may sign in first, by name."""
    reviews = dict(session.exec(select(Review.reviewer_id, func.count()).group_by(col(Review.reviewer_id))).all())
    latest = select(ReviewerSession.reviewer_id, func.max(col(ReviewerSession.seen_at)))
    seen = dict(session.exec(latest.group_by(col(ReviewerSession.reviewer_id))).all())
    people = session.exec(select(Reviewer).order_by(col(Reviewer.active).desc(), Reviewer.name))
    return tuple(Person(one, reviews.get(one.id, 0), seen.get(one.id)) for one in people)


def reviewer_names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Give the names of reviewers by id."""
    return dict(session.exec(select(Reviewer.id, Reviewer.name).where(col(Reviewer.id).in_(ids))).all())


def case_events(session: Session, case_id: str, limit: int = 200) -> tuple[AuditEvent, ...]:
    """List the audit log's entries about a case, the newest first."""
    statement = select(AuditEvent).where(AuditEvent.subject == f"case:{case_id}")
    return tuple(session.exec(statement.order_by(col(AuditEvent.number).desc()).limit(limit)))


def stretch_of_critical(session: Session, reviewer_id: str, now: datetime) -> timedelta:
    """How long somebody has decided critical cases without a break; zero after one."""
    moments = session.exec(
        select(Review.created_at)
        .join(Case, col(Review.case_id) == Case.id)
        .where(
            Review.reviewer_id == reviewer_id,
            col(Review.created_at) > now - LONGEST_STRETCH,
            Case.severity_rank == Severity.CRITICAL.rank,
        )
        .order_by(col(Review.created_at).desc())
    ).all()
    start = now
    for moment in moments:
        if start - moment > BREAK:
            break
        start = moment
    return now - start
