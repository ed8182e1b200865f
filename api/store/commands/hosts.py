"""Leases on hosts: one visit at a time asks a host for pages, in whichever process it runs; pauses bind them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from api.store.tables.hosts import Host
from crawler.items import Pause


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim came to: `is_held` by the claimant now, or held by another, or paused until a moment."""

    is_held: bool
    paused_until: datetime | None = None


def claim_host(session: Session, name: str, holder: str, *, now: datetime, until: datetime) -> Standing:
    """Lease a host that nobody else holds and that is in no pause; the holder's own lease is prolonged."""
    row = _locked(session, name)
    if row.paused_until is not None and row.paused_until > now:
        return Standing(False, row.paused_until)
    is_taken = row.leased_until is not None and row.leased_until > now
    if is_taken and row.holder != holder:
        return Standing(False)
    row.holder, row.leased_until = holder, until
    session.add(row)
    session.flush()
    return Standing(True)


def renew_hosts(session: Session, names: Iterable[str], holder: str, until: datetime) -> None:
    """Prolong the leases that the holder has."""
    statement = update(Host).where(col(Host.name).in_(list(names)), col(Host.holder) == holder)
    session.execute(statement.values(leased_until=until))


def release_hosts(session: Session, names: Iterable[str], holder: str) -> None:
    """Give the holder's leases back."""
    statement = update(Host).where(col(Host.name).in_(list(names)), col(Host.holder) == holder)
    session.execute(statement.values(holder="", leased_until=None))


def release_all(session: Session, holder: str) -> None:
    """Give back all that a holder has which is no more."""
    session.execute(update(Host).where(col(Host.holder) == holder).values(holder="", leased_until=None))


def pause_host(session: Session, pause: Pause) -> None:
    """Record that a host asked to be left alone; a longer pause stays."""
    row = _locked(session, pause.host)
    if row.paused_until is None or row.paused_until < pause.until:
        row.paused_until = pause.until
    session.add(row)
    session.flush()


def _locked(session: Session, name: str) -> Host:
    """Give the row of a host, made if need be, which no other transaction changes before this one ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(Host).values(name=name, holder="").on_conflict_do_nothing())
    return session.exec(
        select(Host).where(Host.name == name).with_for_update().execution_options(populate_existing=True)
    ).one()
