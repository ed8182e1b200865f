"""Whether the watched sources are visited as they should be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.store.kinds import RunKind, SourceRunState
from api.store.tables.runs import Run, SourceRun
from api.store.tables.sources import StoredSource

# A timer may come a little later than the hour it is set to.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LateSource:
    """A source that had no finished visit since `since`, which is longer than its cadence."""

    name: str
    since: datetime
    cadence_days: int


def late_sources(session: Session, now: datetime) -> tuple[LateSource, ...]:
    """List the watched sources whose last finished visit, or else their beginning, is longer ago than their cadence."""
    visited = (
        select(SourceRun.source, func.max(Run.as_of).label("at"))
        .join(Run, col(SourceRun.run_id) == Run.id)
        .where(col(SourceRun.finished_at).is_not(None))
        .group_by(col(SourceRun.source))
        .subquery()
    )
    found = session.exec(
        select(StoredSource, visited.c.at)
        .outerjoin(visited, visited.c.source == StoredSource.name)
        .where(col(StoredSource.enabled), col(StoredSource.removed_at).is_(None))
    )
    watched = [(row, row.added_at if at is None else at) for row, at in found]
    return tuple(
        LateSource(row.name, since, row.cadence_days)
        for row, since in watched
        if now > since + timedelta(days=row.cadence_days) + GRACE
    )


def last_good_visit(session: Session, visit: SourceRun) -> SourceRun | None:
    """Give the newest visit of the same source, other than this one, that went well."""
    return session.exec(
        select(SourceRun)
        .join(Run, col(SourceRun.run_id) == Run.id)
        .where(SourceRun.source == visit.source, SourceRun.id != visit.id, col(SourceRun.state) == SourceRunState.DONE)
        .order_by(col(Run.as_of).desc(), col(Run.started_at).desc())
    ).first()


def latest_visits(session: Session) -> tuple[SourceRun, ...]:
    """Give the newest finished visit of each watched source, by name."""
    newest = (
        select(SourceRun.source, func.max(SourceRun.finished_at).label("at"))
        .where(col(SourceRun.finished_at).is_not(None))
        .group_by(col(SourceRun.source))
        .subquery()
    )
    found = session.exec(
        select(SourceRun)
        .join(newest, (newest.c.source == SourceRun.source) & (newest.c.at == SourceRun.finished_at))
        .join(StoredSource, col(StoredSource.name) == SourceRun.source)
        .where(col(StoredSource.enabled), col(StoredSource.removed_at).is_(None))
        .order_by(SourceRun.source)
    )
    return tuple(found)


def latest_weekly_run(session: Session) -> Run | None:
    """Give the newest weekly run that came to its end."""
    return session.exec(
        select(Run)
        .where(Run.kind == RunKind.WEEKLY, col(Run.finished_at).is_not(None))
        .order_by(col(Run.finished_at).desc())
    ).first()
