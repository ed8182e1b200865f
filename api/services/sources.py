"""Changes to the watched sources, each with its entry in the audit log; what was found on a source stays."""

from datetime import datetime

from sqlmodel import Session

from api.services.audit import Details, record
from api.store.commands.sources import add_source, find_source, remove_source, set_enabled
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
