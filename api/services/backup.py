"""Backs an installation up into one archive that can be checked and restored."""

import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.exceptions import BackupInvalid
from api.services.manifest import NAME, Entry, Manifest, describe
from api.settings import Settings
from api.store.blobs import PART
from api.store.engine import is_sqlite, open_engine
from api.store.layout import DataFolder
from api.store.migrating import current_revision

# Hears how many of how many files are in.
Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup; `advice` says what it does not hold and how to keep that too."""

    file: Path
    manifest: Manifest
    advice: str


def back_up(settings: Settings, file: Path, *, now: datetime, heard: Heard = lambda _done, _all: None) -> Backup:
    """Write a backup; the service may go on meanwhile. BackupInvalid says why it cannot go there."""
    folder = settings.folder
    _check_place(file, folder)
    with tempfile.TemporaryDirectory(prefix="rxwarden-backup-") as scratch:
        engine = open_engine(settings.store_url)
        try:
            kind, revision = engine.dialect.name, current_revision(engine)
            # The database first: files are only ever added, so all it names are there when their turn comes.
            snapshot = _snapshot(engine.url.database, Path(scratch), folder) if is_sqlite(engine) else None
        finally:
            engine.dispose()
        files = {describe(path, folder.root): path for path in _kept_files(folder)}
        if snapshot is not None:
            files = {describe(snapshot, Path(scratch)): snapshot} | files
        manifest = Manifest(kind, revision, now.isoformat(), tuple(files))
        _write(file, manifest, files, heard)
    return Backup(file, manifest, "" if snapshot is not None else DUMP_ADVICE)


DUMP_ADVICE = (
    "the database is PostgreSQL and not in this backup: keep it with `pg_dump --format=custom`, taken before this "
    "backup, and bring it back with pg_restore"
)


def _check_place(file: Path, folder: DataFolder) -> None:
    if not folder.root.is_dir():
        raise BackupInvalid(f"there is no data folder {folder.root}; set RXWARDEN_DATA to the one to back up")
    if file.exists():
        raise BackupInvalid(f"{file} exists; give the name of a new file")
    if not file.absolute().parent.is_dir():
        raise BackupInvalid(f"there is no folder {file.absolute().parent}; make it first")
    if file.absolute().resolve().is_relative_to(folder.root.resolve()):
        raise BackupInvalid(f"{file} lies in the data folder and would be lost with it; give a file elsewhere")


def _snapshot(database: str | None, scratch: Path, folder: DataFolder) -> Path:
    """Copy a SQLite database as it stands at one moment, whoever writes to it meanwhile."""
    target = scratch / folder.database.name
    live_uri = f"{Path(database or '').absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(live_uri, uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
    return target


def _kept_files(folder: DataFolder) -> Iterator[Path]:
    if folder.secret.is_file():
        yield folder.secret
    for part in folder.folders[1:]:
        for file in sorted(part.rglob("*")):
            hidden = any(name.startswith(".") for name in file.relative_to(part).parts)
            if file.is_file() and not file.is_symlink() and file.suffix != PART and not hidden:
                yield file


def _write(file: Path, manifest: Manifest, files: dict[Entry, Path], heard: Heard) -> None:
    part = file.with_name(file.name + PART)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            with tarfile.open(fileobj=opened, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
                _add(archive, NAME, manifest.to_json())
                for number, (entry, path) in enumerate(files.items(), start=1):
                    with path.open("rb") as content:
                        archive.addfile(_member(entry.path, entry.size), content)
                    heard(number, len(files))
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member
