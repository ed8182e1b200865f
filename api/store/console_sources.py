"""Watched sources as the console lists them: when they were read last, when they are due, and how it went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.store.tables.runs import SourceRun
from api.store.tables.sources import StoredSource


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A source with its newest part in a run, and when it is next due (None: not watched now)."""

    source: StoredSource
    latest: SourceRun | None
    due_at: datetime | None


def list_watched(session: Session) -> tuple[WatchedSource, ...]:
    """List the sources that were not removed, by name."""
    sources = session.exec(
        select(StoredSource).where(col(StoredSource.removed_at).is_(None)).order_by(StoredSource.name)
    )
    return tuple(WatchedSource(source, _latest(session, source.name), due_at(source)) for source in sources)


def due_at(source: StoredSource) -> datetime | None:
    """Give when a source is next due: at once when it was never read, never while it is turned off."""
    if not source.enabled:
        return None
    if source.last_success_at is None:
        return source.added_at
    return source.last_success_at + timedelta(days=source.cadence_days)


def next_due(session: Session) -> WatchedSource | None:
    """Give the source that is due first."""
    watched = [known for known in list_watched(session) if known.due_at is not None]
    return min(watched, key=lambda known: (known.due_at, known.source.name), default=None)


def source_names(session: Session) -> tuple[str, ...]:
    """Give the names of the sources that were not removed."""
    statement = select(StoredSource.name).where(col(StoredSource.removed_at).is_(None))
    return tuple(session.exec(statement.order_by(StoredSource.name)))


def _latest(session: Session, name: str) -> SourceRun | None:
    statement = select(SourceRun).where(SourceRun.source == name, col(SourceRun.started_at).is_not(None))
    return session.exec(statement.order_by(col(SourceRun.started_at).desc())).first()
