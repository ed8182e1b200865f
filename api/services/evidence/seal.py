"""Seals the archive's files: what no fetcher writes to any more is cut to whole records, hashed and chained."""

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from io import BufferedRandom
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from api.services.evidence.chain import FIRST, entry_hash, extend_manifest, last_entry
from api.services.evidence.members import Member, walk
from api.store.layout import DataFolder
from api.store.tables.evidence import WarcFile
from api.store.tables.pages import Capture

LOG = logging.getLogger(__name__)
FILES = "*.warc.gz"
# Any number does, as long as every writer of the chain asks for the same one.
CHAIN_LOCK = 7_265_120


class Sessions(Protocol):
    """Opens sessions on the store, for reading and for writing."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


def seal_archive(store: Sessions, folder: DataFolder, now: datetime) -> int:
    """Seal every file that no fetcher writes to any more and say how many; each is cut to whole records first."""
    with store.reading() as session:
        sealed = set(session.exec(select(WarcFile.name)))
    files = [file for file in sorted(folder.warc.glob(FILES)) if file.name not in sealed and file.name[0] != "."]
    number = sum(_seal(store, file, now) for file in files)
    with store.writing() as session:
        extend_manifest(session, folder.warc_manifest)
    for hidden in folder.warc.glob(f".{FILES}"):
        # Begun and never named: it holds no answer.
        with _unused(hidden) as opened:
            if opened is not None:
                hidden.unlink(missing_ok=True)
    return number


def _seal(store: Sessions, file: Path, now: datetime) -> bool:
    with _unused(file) as opened:
        if opened is None:
            return False
        with store.reading() as session:
            known = session.exec(select(func.max(col(Capture.warc_offset))).where(Capture.warc_file == file.name)).one()
        if not _cut_torn_tail(file.name, opened, known or 0):
            file.unlink()
            return False
        opened.seek(0)
        sha256, size = hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()
        with store.writing() as session:
            return _chain(session, file.name, size, sha256, now)


def _chain(session: Session, name: str, size: int, sha256: str, now: datetime) -> bool:
    """Put a file at the end of the chain, unless another job was quicker."""
    _queue_up(session)
    if session.exec(select(WarcFile).where(WarcFile.name == name)).first() is not None:
        return False
    last = last_entry(session)
    entry = WarcFile(
        number=1 if last is None else last.number + 1,
        name=name,
        size=size,
        sha256=sha256,
        sealed_at=now,
        previous_hash=FIRST if last is None else last.hash,
        hash="",
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()
    return True


@contextmanager
def _unused(file: Path) -> Iterator[BufferedRandom | None]:
    """Open a file for changes, or give None while a fetcher holds it."""
    try:
        opened = file.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with opened:
        try:
            fcntl.flock(opened.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield opened


def _cut_torn_tail(name: str, opened: BufferedRandom, known: int) -> int:
    """Cut what follows the last whole record and give the size that is left; damage further up is left to be seen.

    Records were written in order, so reading begins with the last one that a capture rests on.
    """
    end = known
    for found in walk(opened, known):
        if isinstance(found, Member):
            end = found.offset + found.length
    torn = os.fstat(opened.fileno()).st_size - end
    if torn:
        LOG.warning("%s: %d bytes behind the last whole record were cut off", name, torn)
        opened.truncate(end)
    os.fsync(opened.fileno())
    return end


def _queue_up(session: Session) -> None:
    # SQLite's writers already queue at BEGIN; on PostgreSQL two of them would read the same last entry.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
