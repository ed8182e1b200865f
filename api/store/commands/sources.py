"""Watched sources: seeded, added, paused, removed; what was captured of them stays."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from api.exceptions import NotFound, SourceInvalid
from api.store.tables.sources import StoredSource
from crawler.sources import Source

# What a person crawls once is filed under this name.
ONE_OFF = "one-off"


def list_sources(session: Session) -> tuple[StoredSource, ...]:
    """List the sources that are not removed, by name."""
    statement = select(StoredSource).where(col(StoredSource.removed_at).is_(None)).order_by(StoredSource.name)
    return tuple(session.exec(statement))


def find_source(session: Session, name: str) -> StoredSource:
    """Give a source; NotFound when there is none of that name, or it was removed."""
    row = session.get(StoredSource, name)
    if row is None or row.removed_at is not None:
        raise NotFound(f"there is no source {name!r}; `rxwarden sources list` shows which there are")
    return row


def seed_sources(session: Session, sources: Iterable[Source], now: datetime) -> tuple[StoredSource, ...]:
    """Add the sources of a file; those that are there take the file's fields, and whether they are paused stays."""
    return tuple(_put(session, source, now, keep_enabled=True) for source in sources)


def add_source(session: Session, source: Source, now: datetime) -> StoredSource:
    """Add one source; SourceInvalid when its name is taken. A removed one comes back with its history."""
    row = session.get(StoredSource, source.name)
    if row is not None and row.removed_at is None:
        raise SourceInvalid(f"there is a source {source.name!r} already; choose another name, or seed it from a file")
    return _put(session, source, now, keep_enabled=False)


def keep_one_off(session: Session, now: datetime) -> StoredSource:
    """Give the source that one-off crawls are filed under; it is never watched and never listed."""
    row = session.get(StoredSource, ONE_OFF)
    if row is None:
        row = _empty(Source(ONE_OFF, "site", ()), now)
        row.enabled, row.spider, row.removed_at = False, "site", now
        session.add(row)
        session.flush()
    return row


def set_enabled(session: Session, name: str, *, enabled: bool) -> StoredSource:
    """Pause a source or let it go on."""
    row = find_source(session, name)
    row.enabled = enabled
    session.add(row)
    return row


def override_robots(session: Session, name: str, reason: str) -> StoredSource:
    """Let a source be read whatever its robots.txt says, for a reason; without one it is obeyed again."""
    row = find_source(session, name)
    row.robots_override = reason
    session.add(row)
    return row


def allow_second_look(session: Session, name: str, reason: str) -> StoredSource:
    """Let some pages of a source be asked for under a browser's name, for a reason; without one none are."""
    row = find_source(session, name)
    row.second_look = reason
    session.add(row)
    return row


def remove_source(session: Session, name: str, now: datetime) -> StoredSource:
    """Take a source out of the list; its pages, cases and reviews stay."""
    row = find_source(session, name)
    row.removed_at = now
    session.add(row)
    return row


def to_source(row: StoredSource) -> Source:
    """Give the source as the crawler takes it."""
    return Source(
        name=row.name,
        spider=row.spider,
        start_urls=tuple(row.start_urls),
        jurisdiction=row.jurisdiction,
        cadence_days=row.cadence_days,
        enabled=row.enabled,
        max_depth=row.max_depth,
        max_pages=row.max_pages,
        robots_override=row.robots_override,
        second_look=row.second_look,
        follow_nofollow=row.follow_nofollow,
    )


def _put(session: Session, source: Source, now: datetime, *, keep_enabled: bool) -> StoredSource:
    if source.name == ONE_OFF:
        raise SourceInvalid(f"{ONE_OFF!r} is the name that `rxwarden crawl` files under; choose another name")
    known = session.get(StoredSource, source.name)
    stays = known is not None and known.removed_at is None
    row = known or _empty(source, now)
    row.spider, row.start_urls, row.jurisdiction = source.spider, list(source.start_urls), source.jurisdiction
    row.cadence_days, row.max_pages, row.max_depth = source.cadence_days, source.max_pages, source.max_depth
    row.robots_override, row.follow_nofollow = source.robots_override, source.follow_nofollow
    row.second_look = source.second_look
    if not (keep_enabled and stays):
        row.enabled = source.enabled
    row.removed_at = None
    session.add(row)
    session.flush()
    return row


def _empty(source: Source, now: datetime) -> StoredSource:
    return StoredSource(
        name=source.name,
        spider="",
        start_urls=[],
        jurisdiction="",
        cadence_days=0,
        max_pages=0,
        max_depth=0,
        added_at=now,
    )
