"""Restores a backup into an empty data folder; a damaged or hostile archive changes nothing."""

import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from api.exceptions import BackupInvalid
from api.services.backup import DUMP_ADVICE
from api.services.manifest import NAME, NOT_OURS, Entry, Manifest, copy_verified, read_manifest
from api.settings import Settings
from api.store.layout import PRIVATE, DataFolder
from api.store.migrating import head_revision

LONGEST_MANIFEST = 512 << 20
BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error)

Heard = Callable[[int, int], None]


def restore(settings: Settings, file: Path, *, heard: Heard = lambda _done, _all: None) -> tuple[Manifest, str]:
    """Restore a backup; gives its manifest and what is left to do. BackupInvalid says why it cannot be restored."""
    folder = settings.folder
    if not file.is_file():
        raise BackupInvalid(f"there is no file {file}; give the path of a backup")
    if folder.root.exists() and any(folder.root.iterdir()):
        raise BackupInvalid(f"{folder.root} is not empty; move it away, or set RXWARDEN_DATA to a new folder")
    folder.root.parent.mkdir(parents=True, exist_ok=True)
    # Beside the data folder, so that putting it in place is one rename: all of it is there, or nothing.
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.root.name}-restoring-", dir=folder.root.parent))
    try:
        manifest = _unpack(file, scratch, heard)
        _check_database(scratch / folder.database.name, manifest)
        DataFolder(scratch).create()
        if folder.root.exists():
            folder.root.rmdir()
        scratch.rename(folder.root)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest, _left_to_do(settings, manifest)


def _unpack(file: Path, target: Path, heard: Heard) -> Manifest:
    try:
        with tarfile.open(file, mode="r|gz") as archive:
            first = archive.next()
            opened = None if first is None or first.name != NAME else archive.extractfile(first)
            if first is None or opened is None or first.size > LONGEST_MANIFEST:
                raise BackupInvalid(NOT_OURS)
            manifest = read_manifest(opened.read())
            _unpack_files(archive, manifest, target, heard)
    except BROKEN as problem:
        raise BackupInvalid(f"{file} cannot be read to its end ({problem}); use another backup") from problem
    return manifest


def _unpack_files(archive: tarfile.TarFile, manifest: Manifest, target: Path, heard: Heard) -> None:
    missing = {entry.path: entry for entry in manifest.entries}
    while (member := archive.next()) is not None:
        entry = missing.pop(member.name, None)
        # Links, devices, doubles and files nobody listed have no place in a backup.
        if entry is None or not member.isreg() or member.size != entry.size:
            raise BackupInvalid(f"the backup holds {member.name!r}, which its manifest does not list so; do not use it")
        _unpack_one(archive, member, entry, target)
        heard(len(manifest.entries) - len(missing), len(manifest.entries))
    if missing:
        raise BackupInvalid(f"{len(missing)} files are missing from the backup, {min(missing)} first; use another one")


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, entry: Entry, target: Path) -> None:
    source = archive.extractfile(member)
    if source is None:
        raise BackupInvalid(f"{entry.path} in the backup is no file; do not use it")
    path = target / entry.path
    path.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        copy_verified(source, opened, entry)


def _check_database(database: Path, manifest: Manifest) -> None:
    if manifest.database != "sqlite":
        return
    if not database.is_file():
        raise BackupInvalid("the backup has no database; use another one")
    with closing(sqlite3.connect(database)) as connection:
        try:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as problem:
            said = str(problem)
    if said != "ok":
        raise BackupInvalid(f"the database in the backup is damaged ({said}); use another one")


def _left_to_do(settings: Settings, manifest: Manifest) -> str:
    if manifest.database != "sqlite":
        return DUMP_ADVICE
    if settings.store_url != f"sqlite:///{settings.folder.database}":
        return f"RXWARDEN_DATABASE_URL names another database; unset it to use {settings.folder.database}"
    if manifest.revision != head_revision():
        return "the database is of another version; run `rxwarden db upgrade`"
    return ""
