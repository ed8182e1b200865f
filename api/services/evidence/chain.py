"""The hash chain over the archive's files: in the database, and as a manifest beside the files."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from sqlmodel import Session, col, select

from api.store.tables.evidence import WarcFile

FIRST = "0" * 64


def entry_fields(entry: WarcFile) -> dict[str, str | int]:
    """Give an entry as it stands in the manifest."""
    return {
        "number": entry.number,
        "name": entry.name,
        "size": entry.size,
        "sha256": entry.sha256,
        "sealed_at": entry.sealed_at.astimezone(UTC).isoformat(),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def entry_hash(entry: WarcFile) -> str:
    """Give SHA-256 over the previous hash and the canonical JSON of the entry."""
    told = {name: value for name, value in entry_fields(entry).items() if name not in ("previous_hash", "hash")}
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{entry.previous_hash}{canonical}".encode()).hexdigest()


def last_entry(session: Session) -> WarcFile | None:
    """Give the end of the chain."""
    return session.exec(select(WarcFile).order_by(col(WarcFile.number).desc())).first()


def list_entries(session: Session, start: int = 1) -> tuple[WarcFile, ...]:
    """List the entries from a number on."""
    return tuple(session.exec(select(WarcFile).where(WarcFile.number >= start).order_by(col(WarcFile.number))))


def chain_problems(entries: tuple[WarcFile, ...]) -> Iterator[tuple[WarcFile, str]]:
    """Give each entry that does not fit, and how; entries cut off at the end do not show here."""
    previous = FIRST
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            yield entry, f"entry {number} is missing from the chain before it"
            return
        if entry.previous_hash != previous:
            yield entry, f"entry {number} of the chain does not continue the one before it"
        if entry.hash != entry_hash(entry):
            yield entry, f"entry {number} of the chain is not as it was written"
        previous = entry.hash


def manifest_line(entry: WarcFile) -> str:
    """Give the line of an entry."""
    return json.dumps(entry_fields(entry)) + "\n"


def extend_manifest(session: Session, file: Path) -> None:
    """Bring the manifest up to the database's chain; what a cut-off writer left half done is written again."""
    lines = file.read_text("utf-8", "replace").splitlines(keepends=True) if file.exists() else []
    whole = [line for line in lines if line.endswith("\n")]
    missing = [manifest_line(entry) for entry in list_entries(session, len(whole) + 1)]
    if not missing and len(whole) == len(lines):
        return
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.truncate(sum(len(line.encode("utf-8", "replace")) for line in whole))
        opened.seek(0, os.SEEK_END)
        opened.write("".join(missing).encode("ascii"))
        opened.flush()
        os.fsync(opened.fileno())
