"""Looks an installation over: database, audit log and saved files."""

from collections.abc import Iterator

from sqlalchemy import Engine, text
from sqlmodel import col, select

from api.exceptions import BlobDamaged, BlobMissing
from api.services.audit import find_break
from api.store.blobs import BlobStore
from api.store.engine import is_sqlite, reading
from api.store.migrating import current_revision, drift, head_revision
from api.store.tables.pages import Capture, StoredDocument


def find_problems(engine: Engine, blobs: BlobStore) -> Iterator[str]:
    """Give a sentence for each thing that is not as it should be."""
    stands_at = current_revision(engine)
    if stands_at != head_revision():
        yield f"the database stands at revision {stands_at}, not {head_revision()}; run `rxwarden db upgrade`"
        return
    yield from _database_problems(engine)
    with reading(engine) as session:
        broken = find_break(session)
        if broken is not None:
            yield f"the audit log was changed at entry {broken.number}: {broken.problem}; keep it and find out who did"
        for column in (Capture.blob_sha256, StoredDocument.text_sha256):
            for name in session.exec(select(col(column)).distinct()):
                try:
                    blobs.load(name)
                except (BlobMissing, BlobDamaged) as problem:
                    yield str(problem)


def _database_problems(engine: Engine) -> Iterator[str]:
    differs = drift(engine)
    if differs:
        yield f"the tables differ from what this version works with: {differs}"
    if not is_sqlite(engine):
        return
    with engine.connect() as connection:
        for (said,) in connection.execute(text("PRAGMA integrity_check")):
            if said != "ok":
                yield f"the database file is damaged: {said}; restore a backup"
        for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
            yield f"row {row} of {table} points to a row of {parent} that is not there; restore a backup"
