"""What goes over the pipes between a job and its fetcher: JSON lines in, framed answers out."""

import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import IntEnum

from crawler.exceptions import FrameBroken
from crawler.fetching.policy import FetchPolicy
from crawler.items import Archive, ArchiveRecord, FetchFailure, Page, Pause, Target
from crawler.sources import Source, parse_source

# Every frame begins with these four bytes, the size of its JSON header and the size of its body.
MAGIC = b"RXW1"
PREFIX = struct.Struct(">4sII")
MAX_HEADER = 4 << 20
MAX_BODY = 64 << 20
END = b'{"end": true}\n'
PAGE_FIELDS = tuple(field.name for field in fields(Page) if field.name != "body")

Answer = Page | FetchFailure
# Gives up to so many bytes, at least one; none at the end of the stream.
Reader = Callable[[int], bytes]


class Exit(IntEnum):
    """How a fetcher ended; its last line on stderr says more."""

    DONE = 0
    START_INVALID = 2
    REFUSED = 3
    JOB_LOST = 4
    CLOSED_EARLY = 5
    ARCHIVE_FAILED = 6
    MEMORY_FULL = 7


@dataclass(frozen=True, slots=True)
class Ticket:
    """A target with the serial number that its answer carries back."""

    serial: int
    target: Target


def encode_start(source: Source, policy: FetchPolicy, archive: Archive | None = None) -> bytes:
    """Give the first line for a fetcher."""
    kept = None if archive is None else asdict(archive)
    return _line({"source": asdict(source), "policy": asdict(policy), "archive": kept})


def decode_start(line: bytes) -> tuple[Source, FetchPolicy, Archive | None]:
    """Read the first line; a CrawlerError says what is wrong with it."""
    try:
        message = json.loads(line)
        policy = message["policy"] | {"allowed_addresses": tuple(message["policy"]["allowed_addresses"])}
        archive = None if message["archive"] is None else Archive(**message["archive"])
        return parse_source(message["source"], "start message"), FetchPolicy(**policy), archive
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"the start message cannot be read: {problem!r}") from problem


def encode_ticket(ticket: Ticket) -> bytes:
    """Give the line for one target."""
    target = asdict(ticket.target)
    target["seen"] = None if ticket.target.seen is None else _record_fields(ticket.target.seen)
    return _line({"serial": ticket.serial, "target": target})


def decode_ticket(line: bytes) -> Ticket | None:
    """Read the line of a target; None for the line that ends the feed."""
    if line == END:
        return None
    try:
        message = json.loads(line)
        given = message["target"]
        given["seen"] = None if given["seen"] is None else _record(given["seen"])
        return Ticket(int(message["serial"]), Target(**given))
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"a target line cannot be read: {problem!r}") from problem


def encode_answer(serial: int, answer: Answer) -> bytes:
    """Give the frame for one answer."""
    if isinstance(answer, Page):
        body = answer.body
        header = _line({"serial": serial, "page": _page_fields(answer)})
    else:
        body = b""
        header = _line({"serial": serial, "failure": _failure_fields(answer)})
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def read_answer(read: Reader) -> tuple[int, Answer] | None:
    """Read one frame; None when the stream ends between frames, FrameBroken when it ends within one or lies."""
    prefix = read_exactly(read, PREFIX.size, may_be_absent=True)
    if not prefix:
        return None
    magic, header_size, body_size = PREFIX.unpack(prefix)
    if magic != MAGIC or header_size > MAX_HEADER or body_size > MAX_BODY:
        raise FrameBroken("the bytes are no frame of this protocol")
    header = read_exactly(read, header_size)
    body = read_exactly(read, body_size)
    try:
        message = json.loads(header)
        answer = _page(message["page"], body) if "page" in message else _failure(message["failure"])
        return int(message["serial"]), answer
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"the header of a frame cannot be read: {problem!r}") from problem


def _page(given: dict[str, object], body: bytes) -> Page:
    """Build the Page field by field: what a fetcher sends has been near hostile bytes."""
    headers = given["headers"]
    redirects = given["redirects"]
    records = given["records"]
    if not isinstance(headers, list) or not isinstance(redirects, list) or not isinstance(records, list):
        raise TypeError("headers, redirects and records must be lists")
    return Page(
        url=str(given["url"]),
        final_url=str(given["final_url"]),
        status=int(str(given["status"])),
        fetched_at=datetime.fromisoformat(str(given["fetched_at"])),
        headers=tuple((str(name), str(value)) for name, value in headers),
        content_type=str(given["content_type"]),
        body=body,
        source=str(given["source"]),
        spider=str(given["spider"]),
        depth=int(str(given["depth"])),
        redirects=tuple(str(url) for url in redirects),
        ip_address=str(given["ip_address"]),
        truncated=given["truncated"] is True,
        certificate_problem=str(given["certificate_problem"]),
        records=tuple(_record(record) for record in records),
        sent_head=int(str(given["sent_head"])),
        sent_body=int(str(given["sent_body"])),
    )


def _page_fields(page: Page) -> dict[str, object]:
    """Give all fields but the body; one by one, since asdict would copy each of them first."""
    kept = {name: getattr(page, name) for name in PAGE_FIELDS}
    kept["fetched_at"] = page.fetched_at.isoformat()
    kept["records"] = [_record_fields(record) for record in page.records]
    return kept


def _failure_fields(failure: FetchFailure) -> dict[str, object]:
    pause = failure.pause
    until = None if pause is None else {"host": pause.host, "until": pause.until.isoformat()}
    return {
        "url": failure.url,
        "reason": failure.reason,
        "detail": failure.detail,
        "depth": failure.depth,
        "pause": until,
    }


def _record_fields(record: ArchiveRecord) -> dict[str, object]:
    return asdict(record) | {"date": record.date.isoformat()}


def _record(given: dict[str, object]) -> ArchiveRecord:
    return ArchiveRecord(
        file=str(given["file"]),
        offset=int(str(given["offset"])),
        record_id=str(given["record_id"]),
        url=str(given["url"]),
        date=datetime.fromisoformat(str(given["date"])),
        payload_sha256=str(given["payload_sha256"]),
        refers_to=str(given["refers_to"]),
    )


def _failure(given: dict[str, object]) -> FetchFailure:
    return FetchFailure(
        url=str(given["url"]),
        reason=str(given["reason"]),
        detail=str(given["detail"]),
        depth=int(str(given["depth"])),
        pause=_pause(given["pause"]),
    )


def _pause(given: object) -> Pause | None:
    if not isinstance(given, dict):
        return None
    return Pause(str(given["host"]), datetime.fromisoformat(str(given["until"])))


def read_exactly(read: Reader, size: int, *, may_be_absent: bool = False) -> bytes:
    """Read so many bytes; an end before the first byte gives none where that is allowed."""
    parts: list[bytes] = []
    missing = size
    while missing:
        part = read(missing)
        if not part:
            if may_be_absent and missing == size:
                return b""
            raise FrameBroken("the stream ended in the middle of a frame")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"
