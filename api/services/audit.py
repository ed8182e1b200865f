"""The audit log: who did what, each entry's hash resting on the one before, so that a changed row shows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from api.store.tables.audit import AuditEvent

FIRST = "0" * 64
# Any number does, as long as every writer of the chain asks for the same one.
CHAIN_LOCK = 7_265_119

Details = Mapping[str, str | int | bool | list[str] | None]


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first entry that does not fit, and how."""

    number: int
    problem: str


def record(
    session: Session, *, actor: str, action: str, subject: str, details: Details | None = None, now: datetime
) -> AuditEvent:
    """Add an entry at the end of the chain, within the caller's transaction; people and pages are named by id only."""
    _queue_up(session)
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.number).desc())).first()
    entry = AuditEvent(
        number=1 if last is None else last.number + 1,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        details=_canonical(dict(details or {})),
        previous_hash=FIRST if last is None else last.hash,
        hash="",
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()
    return entry


def entry_hash(entry: AuditEvent) -> str:
    """Give SHA-256 over the previous hash and the canonical JSON of the entry."""
    told = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
    }
    return hashlib.sha256(f"{entry.previous_hash}{_canonical(told)}".encode()).hexdigest()


def find_break(session: Session) -> ChainBreak | None:
    """Walk the chain from its start; None when every entry is as it was written and none is missing in between.

    Entries cut off at the end do not show: compare the last hash with one kept elsewhere.
    """
    entries = session.exec(select(AuditEvent).order_by(col(AuditEvent.number)).execution_options(yield_per=500))
    previous = FIRST
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            return ChainBreak(number, f"entry {number} is missing")
        if entry.previous_hash != previous:
            return ChainBreak(number, "it does not continue the entry before it")
        if entry.hash != entry_hash(entry):
            return ChainBreak(number, "its contents are not those it was written with")
        previous = entry.hash
    return None


def chain_head(session: Session) -> str:
    """Give the hash of the last entry, to be kept elsewhere."""
    return session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.number).desc())).first() or FIRST


def _canonical(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _queue_up(session: Session) -> None:
    # SQLite's writers already queue at BEGIN; on PostgreSQL two of them would read the same last entry.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
