"""The list of a backup's files with size and digest; the first member of the archive."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from api.exceptions import BackupInvalid

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
NOT_OURS = "this is not a backup made by `rxwarden db backup`; give another file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path within the data folder, its size in bytes and the SHA-256 hex of its content."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; `database` is `sqlite`, or `postgresql` whose rows pg_dump keeps elsewhere."""

    database: str
    revision: str | None
    made_at: str
    entries: tuple[Entry, ...]

    def to_json(self) -> bytes:
        """Give the manifest as it stands in the archive."""
        return json.dumps(asdict(self) | {"format": FORMAT}, indent=1).encode()


def read_manifest(raw: bytes) -> Manifest:
    """Read a manifest; BackupInvalid when it is none, or names a file outside the folder it is restored to."""
    try:
        fields = json.loads(raw)
        if fields["format"] != FORMAT:
            raise BackupInvalid(f"the backup has format {fields['format']}; restore it with the version that made it")
        entries = tuple(
            Entry(str(entry["path"]), int(entry["size"]), str(entry["sha256"])) for entry in fields["entries"]
        )
        revision = None if fields["revision"] is None else str(fields["revision"])
        manifest = Manifest(str(fields["database"]), revision, str(fields["made_at"]), entries)
    except (ValueError, KeyError, TypeError) as problem:
        raise BackupInvalid(NOT_OURS) from problem
    for entry in manifest.entries:
        if not _is_safe(entry.path):
            raise BackupInvalid(f"the backup names {entry.path!r}, which lies outside the data folder; do not use it")
    return manifest


def describe(file: Path, root: Path) -> Entry:
    """Give the entry of a file under the data folder."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        # What a fetcher adds to its archive meanwhile is for the next backup.
        size = opened.tell()
    return Entry(file.relative_to(root).as_posix(), size, sha256)


def copy_verified(source: IO[bytes], target: IO[bytes], entry: Entry) -> None:
    """Copy a file out of an archive; BackupInvalid when it is not the one the manifest lists."""
    digest, size = hashlib.sha256(), 0
    while part := source.read(CHUNK):
        digest.update(part)
        size += len(part)
        target.write(part)
    if (size, digest.hexdigest()) != (entry.size, entry.sha256):
        raise BackupInvalid(f"{entry.path} in the backup is damaged; use another backup")


def _is_safe(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and "\\" not in path and "\0" not in path
