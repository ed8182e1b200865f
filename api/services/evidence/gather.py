"""Takes the records of one capture out of the archive, byte for byte, each checked on the way."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from api.exceptions import EvidenceMissing
from api.services.evidence.members import Damage, Member, read_bytes, read_member
from api.store.tables.pages import Capture

CHECK = "run `rxwarden evidence verify`, and bring the file back from a backup"


@dataclass(frozen=True, slots=True)
class Piece:
    """A record with the file it lies in and its bytes as they stand there."""

    file: str
    member: Member
    packed: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the packed bytes."""
        return hashlib.sha256(self.packed).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """A response record: file, offset and id."""

    file: str
    offset: int
    record_id: str


def places_of(session: Session, capture: Capture) -> tuple[Place, ...]:
    """Give where the answers of a capture lie, in order; what they say is unchanged comes first."""
    holder = None if capture.payload_capture_id is None else session.get(Capture, capture.payload_capture_id)
    own = [one for found in (holder, capture) if found is not None for one in _own_places(found)]
    if not own or own[-1].record_id != capture.warc_record_id:
        raise EvidenceMissing(
            f"the archive holds no record of {capture.final_url} as captured on {capture.fetched_at:%Y-%m-%d}; it is "
            "from before there was an archive: capture the page again"
        )
    return tuple(dict.fromkeys(own))


def gather(folder: Path, places: Sequence[Place]) -> tuple[Piece, ...]:
    """Read the records at those places with what belongs to them; EvidenceMissing when one is gone or damaged."""
    pieces: dict[tuple[str, int], Piece] = {}
    for place in places:
        try:
            with (folder / place.file).open("rb") as opened:
                for member in (_read(opened, place.file, 0), *_group(opened, place)):
                    piece = Piece(place.file, member, read_bytes(opened, member))
                    pieces.setdefault((place.file, member.offset), piece)
        except OSError as problem:
            raise EvidenceMissing(f"{place.file} cannot be read ({problem.strerror}); {CHECK}") from problem
    return tuple(pieces.values())


def _own_places(capture: Capture) -> Iterator[Place]:
    for one in capture.warc_chain or ():
        yield Place(str(one["file"]), int(one["offset"]), str(one["record_id"]))
    if capture.warc_file is not None and capture.warc_offset is not None:
        yield Place(capture.warc_file, capture.warc_offset, capture.warc_record_id or "")


def _group(opened: BinaryIO, place: Place) -> Iterator[Member]:
    """Give a response and the records behind it that were made with it."""
    response = _read(opened, place.file, place.offset)
    if response.record_id != place.record_id:
        raise EvidenceMissing(f"{place.file} holds another record at offset {place.offset}; {CHECK}")
    yield response
    offset = response.offset + response.length
    while isinstance(beside := read_member(opened, offset), Member):
        if beside.headers.get("warc-concurrent-to", "").strip("<>") != place.record_id:
            return
        yield beside
        offset += beside.length


def _read(opened: BinaryIO, file: str, offset: int) -> Member:
    found = read_member(opened, offset)
    if isinstance(found, Member):
        return found
    why = found.why if isinstance(found, Damage) else "the file ends before it"
    raise EvidenceMissing(f"the record at offset {offset} of {file} cannot be read: {why}; {CHECK}")
