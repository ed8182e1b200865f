"""Reads archive files with warcio: the index of a WARC or WACZ, and the page of one record."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from crawler.archives.cdxj import MAX_LINE, IndexedRecord, read_index
from crawler.archives.places import RecordPlace
from crawler.exceptions import PageBlocked
from crawler.listings.entries import Problems

PIECE = 1 << 20
# What one archive may unpack to before reading stops: a gigabyte of WARC is about five.
MAX_UNPACKED = 32 << 30
MAX_RECORDS = 500_000
MAX_MEMBERS = 1_000
MAX_LINES = 5_000_000
MAX_HEADERS = 64 << 10
GZIP = b"\x1f\x8b"
LOCAL_HEADER = struct.Struct("<4s22xHH")
KINDS = frozenset({"response", "resource"})
FAULTS = (ArchiveLoadFailed, ValueError, OSError, EOFError, KeyError, TypeError, AttributeError, zipfile.BadZipFile)


class Window(io.RawIOBase):
    """A part of an open file, as a file of its own; `tell` counts within the part."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file = file
        self._left = size
        self._at = 0
        file.seek(start)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read on, not beyond the part."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Give how much was read."""
        return self._at


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record says of the answer it holds; `body` without its codings."""

    url: str
    status: int
    recorded_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    content_type: str
    ip_address: str
    body: bytes
    truncated: bool


def index_archive(path: Path, problems: Problems) -> Iterator[IndexedRecord]:
    """Give every response and resource in a WARC (gzipped by record, or plain) or in the WARCs of a WACZ."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        parts = [(path.name, 0, size)]
        if zipfile.is_zipfile(path):
            parts = list(_warcs_of(path, file, problems))
            if not parts:
                problems.add("it is a zip file without an archive/*.warc.gz that is stored as it is")
        for name, start, length in parts:
            yield from _index_part(file, path.name, name, start, length, problems)


def present_records(index: Path, problems: Problems) -> Iterator[IndexedRecord]:
    """Give the records of a CDXJ file, gzipped or not, whose archives lie beside it or below its folder."""
    folder = index.parent.resolve()
    files: dict[str, str | None] = {}
    for record in read_index(_lines(index, problems), problems):
        if record.filename not in files:
            files[record.filename] = _find_file(folder, record.filename)
            if files[record.filename] is None:
                problems.add(f"{record.filename[:200]!r} is neither beside the index nor below its folder")
        name = files[record.filename]
        if name is not None:
            yield replace(record, filename=name)


def read_record(place: RecordPlace, max_bytes: int) -> Recorded:
    """Read the record at a place; PageBlocked says why it gives no page."""
    try:
        with place.path.open("rb") as file:
            size = place.length or file.seek(0, io.SEEK_END) - place.offset
            record = next(ArchiveIterator(Window(file, place.offset, size)))
            return _recorded(record, max_bytes)
    except (*FAULTS, StopIteration) as fault:
        raise PageBlocked("file", f"{place.path.name} holds no readable record at {place.offset}: {fault}") from fault
    except MemoryError as fault:
        raise PageBlocked("too_large", f"the record at {place.offset} needs more memory than the limit") from fault


def _lines(index: Path, problems: Problems) -> Iterator[bytes]:
    """Give the lines of a file, the first MAX_LINES, each cut at MAX_LINE bytes."""
    with index.open("rb") as file:
        is_packed = file.read(2) == GZIP
    try:
        with gzip.open(index) if is_packed else index.open("rb") as lines:
            for _ in range(MAX_LINES):
                line = lines.readline(MAX_LINE + 1)
                if not line:
                    return
                yield line
                while len(line) > MAX_LINE and not line.endswith(b"\n"):
                    line = lines.readline(MAX_LINE + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        problems.add(f"its gzip is damaged; what came before was read ({fault})")
    else:
        problems.add(f"only the first {MAX_LINES:,} lines were read")


def _find_file(folder: Path, name: str) -> str | None:
    """Find the archive that an index names, from its folder on; None where there is none."""
    for candidate in (folder / name, folder / Path(name).name):
        try:
            path = candidate.resolve()
            if path.is_relative_to(folder) and path.is_file():
                return path.relative_to(folder).as_posix()
        except (OSError, ValueError):
            continue
    return None


def _index_part(
    file: BinaryIO, filename: str, name: str, start: int, length: int, problems: Problems
) -> Iterator[IndexedRecord]:
    archive = ArchiveIterator(Window(file, start, length))
    room, revisits, found = MAX_UNPACKED, 0, 0
    try:
        for record in archive:
            while data := record.raw_stream.read(PIECE):
                room -= len(data)
                if room < 0:
                    problems.add(f"{name} unpacks to more than {MAX_UNPACKED >> 30} GiB; the rest was not read")
                    return
            if record.raw_stream.limit > 0:
                problems.add(f"{name} ends in the middle of a record; its page is marked as cut off")
            revisits += record.rec_type == "revisit"
            url = _url(record)
            if record.rec_type in KINDS and url:
                found += 1
                yield _indexed(record, url, filename, start + archive.get_record_offset(), archive.get_record_length())
            if found >= MAX_RECORDS:
                problems.add(f"{name}: only the first {MAX_RECORDS:,} records were read")
                return
    except FAULTS as fault:
        told = " ".join(str(fault).split())[:200] or type(fault).__name__
        if "non-chunked gzip" in told:
            told = "it is one gzip over all records; rewrite it with `warcio recompress OLD NEW`"
        problems.add(f"{name} cannot be read behind its first {found:,} pages: {told}")
    except MemoryError:
        problems.add(f"{name} cannot be read behind its first {found:,} pages: a header needs too much memory")
    if revisits:
        problems.add(f"{name}: records that only repeat a page (revisit) were left out: {revisits:,}")
    if not found and not problems.told():
        problems.add(f"{name} is no WARC, or holds no response")


def _warcs_of(path: Path, file: BinaryIO, problems: Problems) -> Iterator[tuple[str, int, int]]:
    """Give name, start and length of the WARCs that a WACZ stores uncompressed, which the format asks for."""
    try:
        with zipfile.ZipFile(path) as whole:
            members = [one for one in whole.infolist() if one.filename.endswith((".warc.gz", ".warc"))]
    except FAULTS as fault:
        problems.add(f"its table of contents cannot be read: {fault}")
        return
    for member in members[:MAX_MEMBERS]:
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            problems.add(f"{member.filename[:200]} is compressed twice or encrypted; unpack the WACZ and name the WARC")
            continue
        file.seek(member.header_offset)
        head = file.read(LOCAL_HEADER.size)
        if len(head) == LOCAL_HEADER.size and head.startswith(b"PK\x03\x04"):
            _, name_size, extra_size = LOCAL_HEADER.unpack(head)
            yield member.filename, member.header_offset + LOCAL_HEADER.size + name_size + extra_size, member.file_size


def _indexed(record: ArcWarcRecord, url: str, filename: str, offset: int, length: int) -> IndexedRecord:
    moment = _moment(record)
    headers = record.http_headers
    mime = headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")
    return IndexedRecord(
        url=url,
        timestamp=moment.strftime("%Y%m%d%H%M%S") if moment else "0",
        status=str(headers.get_statuscode() or "") if headers else "200",
        mime=str(mime or "").partition(";")[0].strip().lower(),
        filename=filename,
        offset=offset,
        length=length,
    )


def _recorded(record: ArcWarcRecord, max_bytes: int) -> Recorded:
    headers = record.http_headers
    url = _url(record)
    if record.rec_type not in KINDS or not url:
        raise PageBlocked("file", f"the record is a {record.rec_type}, not a response with an address")
    status = str(headers.get_statuscode() or "") if headers else "200"
    if not status.isdigit():
        raise PageBlocked("file", f"the recorded response has no status: {status[:20]!r}")
    body = _read_body(record, max_bytes)
    told = tuple((str(name), str(value)) for name, value in headers.headers) if headers else ()
    content_type = headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")
    return Recorded(
        url=url,
        status=int(status),
        recorded_at=_moment(record),
        headers=_within(told),
        content_type=str(content_type or "")[:200],
        ip_address=str(record.rec_headers.get_header("WARC-IP-Address") or "")[:64],
        body=body,
        truncated=record.raw_stream.limit > 0 or record.rec_headers.get_header("WARC-Truncated") is not None,
    )


def _read_body(record: ArcWarcRecord, max_bytes: int) -> bytes:
    stream = record.content_stream()
    parts: list[bytes] = []
    room = max_bytes + 1
    while room > 0 and (data := stream.read(min(room, PIECE))):
        parts.append(data)
        room -= len(data)
    if room <= 0:
        raise PageBlocked("too_large", f"the recorded body is longer than {max_bytes:,} bytes")
    return b"".join(parts)


def _url(record: ArcWarcRecord) -> str:
    url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> \t")
    return url if url.startswith(("http://", "https://")) and url.isprintable() else ""


def _moment(record: ArcWarcRecord) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(record.rec_headers.get_header("WARC-Date")))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _within(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Give the headers in order, as many as fit into MAX_HEADERS characters."""
    kept: list[tuple[str, str]] = []
    room = MAX_HEADERS
    for name, value in headers:
        room -= len(name) + len(value)
        if room < 0:
            break
        kept.append((name, value))
    return tuple(kept)
