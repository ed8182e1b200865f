"""Checks the archive: the chain, the digest of every file, each record, and that each capture's record is there."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session, col, select

from api.exceptions import BlobDamaged, BlobMissing
from api.services.evidence.chain import chain_problems, list_entries, manifest_line
from api.services.evidence.look_records import parts_of
from api.services.evidence.members import Damage, Member, walk
from api.store.blobs import BlobStore
from api.store.layout import DataFolder
from api.store.tables.evidence import WarcFile
from api.store.tables.looks import Look
from api.store.tables.pages import Capture

# Hears how many of how many files are checked.
Heard = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written; what cannot be told is empty."""

    what: str
    file: str = ""
    offset: int | None = None
    record: str = ""
    page: str = ""

    def __str__(self) -> str:
        parts = [self.file, "" if self.offset is None else f"offset {self.offset}", self.record, self.page]
        return f"{', '.join(part for part in parts if part)}: {self.what}" if self.file else self.what


@dataclass(frozen=True, slots=True)
class Place:
    """What the store says lies at an offset."""

    record: str
    page: str


def find_problems(
    session: Session, folder: DataFolder, *, every_record: bool, heard: Heard = lambda _done, _all: None
) -> Iterator[Problem]:
    """Give each problem of the archive; records are read where a file's digest is wrong, or all of them if asked."""
    entries = list_entries(session)
    yield from (Problem(what, entry.name) for entry, what in chain_problems(entries))
    yield from _manifest_problems(folder.warc_manifest, entries)
    for number, entry in enumerate(entries, start=1):
        yield from _file_problems(session, folder.warc / entry.name, entry, every_record=every_record)
        heard(number, len(entries))
    yield from _unsealed_problems(session, folder, {entry.name for entry in entries})
    yield from _look_problems(session, BlobStore(folder.blobs))


def _manifest_problems(manifest: Path, entries: tuple[WarcFile, ...]) -> Iterator[Problem]:
    lines = manifest.read_text("utf-8", "replace").splitlines(keepends=True) if manifest.exists() else []
    for entry, line in zip(entries, lines, strict=False):
        if line != manifest_line(entry):
            yield Problem(f"line {entry.number} of the manifest differs from the chain in the database", entry.name)
    if len(lines) != len(entries):
        told = json.dumps(manifest.name)
        yield Problem(f"{told} has {len(lines)} entries, the chain in the database {len(entries)}")


def _file_problems(session: Session, file: Path, entry: WarcFile, *, every_record: bool) -> Iterator[Problem]:
    places = _places(session, entry.name)
    try:
        with file.open("rb") as opened:
            sha256, size = hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()
            differs = (sha256, size) != (entry.sha256, entry.size)
            problems = list(_record_problems(opened, entry, places)) if differs or every_record else []
    except OSError as problem:
        yield Problem(f"it cannot be read ({problem.strerror}); {len(places)} captures rest on it", entry.name)
        return
    yield from problems
    if differs and not problems:
        # A member ends with bits that nothing reads.
        yield Problem("its SHA-256 is not that of the chain, though every record is whole: padding changed", entry.name)
    elif differs:
        yield Problem(f"its SHA-256 is {sha256} ({size} bytes), not {entry.sha256} ({entry.size} bytes)", entry.name)


def _record_problems(opened: BinaryIO, entry: WarcFile, places: Mapping[int, Place]) -> Iterator[Problem]:
    """Give the damaged records of a file, then the captures whose record is not where it was."""
    met = set()
    before: Member | Damage | None = None
    for found, after in _with_next(walk(opened)):
        met.add(found.offset)
        place = places.get(found.offset)
        if isinstance(found, Damage):
            yield _damaged(found, entry.name, place or _beside(before, after))
        elif place is not None and place.record != found.record_id:
            what = f"it is not the record that was written there, but {found.record_id}"
            yield Problem(what, entry.name, found.offset, place.record, place.page)
        before = found
    for offset in sorted(places.keys() - met):
        place = places[offset]
        yield Problem("its record is gone", entry.name, offset, place.record, place.page)


def _with_next(found: Iterator[Member | Damage]) -> Iterator[tuple[Member | Damage, Member | Damage | None]]:
    """Give each with the one that follows it."""
    current = next(found, None)
    while current is not None:
        following = next(found, None)
        yield current, following
        current = following


def _damaged(damage: Damage, file: str, place: Place) -> Problem:
    """Name a damaged record by what store or neighbours say of the place, else by itself: it may say anything."""
    page = place.page or damage.headers.get("warc-target-uri", "")
    return Problem(f"the record is damaged: {damage.why}", file, damage.offset, place.record or damage.record_id, page)


def _beside(before: Member | Damage | None, after: Member | Damage | None) -> Place:
    """Tell a record that says nothing any more by its neighbours: what was made with a response names it."""
    if isinstance(after, Member) and "warc-concurrent-to" in after.headers:
        response = after.headers["warc-concurrent-to"].strip("<>")
        of_before = isinstance(before, Member) and response in (before.record_id, _response_of(before))
        return Place("" if of_before else response, after.headers.get("warc-target-uri", ""))
    return Place("", before.headers.get("warc-target-uri", "") if isinstance(before, Member) else "")


def _response_of(member: Member) -> str:
    return member.headers.get("warc-concurrent-to", "").strip("<>")


def _places(session: Session, name: str) -> dict[int, Place]:
    statement = select(Capture.warc_offset, Capture.warc_record_id, Capture.final_url)
    rows = session.exec(statement.where(Capture.warc_file == name))
    return {offset: Place(record or "", page) for offset, record, page in rows if offset is not None}


def _look_problems(session: Session, blobs: BlobStore) -> Iterator[Problem]:
    """Give the parts of second looks that are gone or not as they were."""
    for look in session.exec(select(Look).where(Look.error == "")).yield_per(100):
        for part in parts_of(look):
            try:
                blobs.load(part.sha256)
            except (BlobMissing, BlobDamaged) as problem:
                yield Problem(str(problem), part.uri, page=look.final_url)


def _unsealed_problems(session: Session, folder: DataFolder, sealed: set[str]) -> Iterator[Problem]:
    """Give the captures whose file is neither sealed nor waiting to be."""
    names = session.exec(select(Capture.warc_file).where(col(Capture.warc_file).is_not(None)).distinct())
    for name in names:
        if name is not None and name not in sealed and not (folder.warc / name).is_file():
            count = len(_places(session, name))
            yield Problem(f"the file is gone and was never sealed; {count} captures rest on it", name)
