"""Counts for the overview: cases by severity and state, cases and decisions by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, literal
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from api.store.kinds import CaseState, Decision
from api.store.tables.cases import Case, Review
from classifier.labels import Severity

WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday `start`: how many cases came and how many reviews settled one."""

    start: datetime
    opened: int
    decided: int


def cases_by_severity(session: Session) -> dict[Severity, dict[CaseState, int]]:
    """Count cases, the gravest first."""
    ladder = list(Severity)
    counts = {severity: dict.fromkeys(CaseState, 0) for severity in reversed(ladder)}
    statement = select(Case.severity_rank, Case.state, func.count()).group_by(col(Case.severity_rank), col(Case.state))
    for rank, state, number in session.exec(statement):
        counts[ladder[rank]][CaseState(state)] = number
    return counts


def by_week(session: Session, now: datetime, weeks: int = 12) -> tuple[Week, ...]:
    """Count the last weeks, the one under way included, the oldest first."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    starts = [monday - WEEK * back for back in reversed(range(weeks))]
    opened = _counted(session, col(Case.opened_at), starts)
    final = col(Review.decision).in_([decision for decision in Decision if decision.is_final])
    decided = _counted(session, col(Review.created_at), starts, final)
    return tuple(Week(start, opened.get(i, 0), decided.get(i, 0)) for i, start in enumerate(starts))


def decisions_since(session: Session, since: datetime) -> dict[Decision, int]:
    """Count the reviews made since a moment."""
    statement = select(Review.decision, func.count()).where(col(Review.created_at) >= since)
    counted = dict(session.exec(statement.group_by(col(Review.decision))).all())
    return {decision: counted.get(decision, 0) for decision in Decision}


def _counted(
    session: Session, at: Mapped[datetime], starts: Sequence[datetime], *conditions: ColumnElement[bool]
) -> dict[int, int]:
    """Count rows by the last of the starts that they are not before; one pass, on either database."""
    passed: ColumnElement[int] = literal(-1)
    for start in starts:
        passed = passed + case((at >= start, 1), else_=0)
    # Grouped outside: PostgreSQL does not know an expression with bound values for the same when it stands there twice.
    weeks = select(passed.label("week")).where(at >= starts[0], *conditions).subquery()
    statement = select(weeks.c.week, func.count()).group_by(weeks.c.week)
    return {int(week): number for week, number in session.exec(statement)}
