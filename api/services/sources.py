"""Changes to the watched sources, each with its entry in the audit log; what was found on a source stays."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from api.services.audit import Details, record
from api.store.commands.sources import (
    add_source,
    allow_second_look,
    find_source,
    list_sources,
    override_robots,
    remove_source,
    seed_sources,
    set_enabled,
)
from api.store.tables.sources import StoredSource
from crawler.sources import Source


def watch(session: Session, source: Source, *, actor: str, now: datetime) -> StoredSource:
    """Watch a new source, or one that was removed again, with its history; SourceInvalid when the name is taken."""
    row = add_source(session, source, now)
    details: Details = {
        "spider": source.spider,
        "start_urls": list(source.start_urls),
        "cadence_days": source.cadence_days,
    }
    record(session, actor=actor, action="source.add", subject=f"source:{source.name}", details=details, now=now)
    if source.robots_override:
        _note_robots(session, source.name, source.robots_override, actor=actor, now=now)
    if source.second_look:
        _note_second_look(session, source.name, source.second_look, actor=actor, now=now)
    return row


def seed(
    session: Session, sources: Sequence[Source], file: str, *, actor: str, now: datetime
) -> tuple[StoredSource, ...]:
    """Take the sources of a file over; each override of robots.txt that begins or ends has an entry of its own."""
    before = {row.name: (row.robots_override, row.second_look) for row in list_sources(session)}
    rows = seed_sources(session, sources, now)
    record(session, actor=actor, action="source.seed", subject=f"source:{file}", now=now)
    for source in sources:
        robots, second_look = before.get(source.name, ("", ""))
        if source.robots_override != robots:
            _note_robots(session, source.name, source.robots_override, actor=actor, now=now)
        if source.second_look != second_look:
            _note_second_look(session, source.name, source.second_look, actor=actor, now=now)
    return rows


def bind_robots(session: Session, name: str, reason: str, *, actor: str, now: datetime) -> StoredSource:
    """Let a source be read whatever robots.txt says, for a reason, or obey it again; NotFound when there is none."""
    row = override_robots(session, name, reason)
    _note_robots(session, name, reason, actor=actor, now=now)
    return row


def permit_second_look(session: Session, name: str, reason: str, *, actor: str, now: datetime) -> StoredSource:
    """Let some pages be asked for under a browser's name, for a reason, or stop it; NotFound when there is none."""
    row = allow_second_look(session, name, reason)
    _note_second_look(session, name, reason, actor=actor, now=now)
    return row


def pause(session: Session, name: str, *, actor: str, now: datetime) -> StoredSource:
    """Leave a source out of weekly runs; NotFound when there is none."""
    return _switch(session, name, enabled=False, actor=actor, now=now)


def resume(session: Session, name: str, *, actor: str, now: datetime) -> StoredSource:
    """Take a paused source into weekly runs again; NotFound when there is none."""
    return _switch(session, name, enabled=True, actor=actor, now=now)


def unwatch(session: Session, name: str, *, actor: str, now: datetime) -> StoredSource:
    """Take a source out of the list; its pages, cases and reviews stay. NotFound when there is none."""
    row = remove_source(session, name, now)
    record(session, actor=actor, action="source.remove", subject=f"source:{name}", now=now)
    return row


def note_test(session: Session, name: str, *, actor: str, now: datetime) -> StoredSource:
    """Note that a source is tested, which asks something of other people's servers; NotFound when there is none."""
    row = find_source(session, name)
    record(session, actor=actor, action="source.test", subject=f"source:{name}", now=now)
    return row


def _switch(session: Session, name: str, *, enabled: bool, actor: str, now: datetime) -> StoredSource:
    row = set_enabled(session, name, enabled=enabled)
    action = "source.resume" if enabled else "source.pause"
    record(session, actor=actor, action=action, subject=f"source:{name}", now=now)
    return row


def _note_robots(session: Session, name: str, reason: str, *, actor: str, now: datetime) -> None:
    action = "source.robots_override" if reason else "source.robots_obey"
    details: Details = {"reason": reason} if reason else {}
    record(session, actor=actor, action=action, subject=f"source:{name}", details=details, now=now)


def _note_second_look(session: Session, name: str, reason: str, *, actor: str, now: datetime) -> None:
    action = "source.second_look" if reason else "source.second_look_end"
    details: Details = {"reason": reason} if reason else {}
    record(session, actor=actor, action=action, subject=f"source:{name}", details=details, now=now)
