"""What is written of one exchange with a server: WARC 1.1 records, as warcio builds them."""

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from typing_extensions import override
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.items import ArchiveRecord

VERSION = "WARC/1.1"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/"
UNCHANGED_PAYLOAD = REVISIT + "identical-payload-digest"
NOT_MODIFIED = REVISIT + "server-not-modified"
# WARC-Payload-Digest holds the SHA-1 that tools look payloads up by; a field may stand once, so this one is our own.
PAYLOAD_SHA256 = "WARC-Payload-SHA256"
HTTP = "application/http; msgtype="
FIELDS = "application/warc-fields"
PEM = "application/x-pem-file"

# Gives a new record id, without the angle brackets.
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; heads are start line and headers with the empty line, `body` is as it was sent.

    certificate: PEM of the server's, empty without TLS. truncated: a WARC-Truncated reason or nothing.
    before: the answers that redirected here or were tried again. seen: the payload that was got the last time.
    """

    url: str
    date: datetime
    request_head: bytes
    request_body: bytes
    status: int
    response_head: bytes
    body: bytes
    ip_address: str = ""
    certificate: str = ""
    truncated: str = ""
    before: Sequence[ArchiveRecord] = ()
    seen: ArchiveRecord | None = None


class PlainWriter(WARCWriter):
    """Writes records unpacked; only responses have a payload with a digest of its own."""

    NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "revisit", "request", "metadata")

    def __init__(self, out: BytesIO) -> None:
        super().__init__(out, gzip=False, warc_version=VERSION)


class _Head(StatusAndHeaders):
    """A head that stays as it was received; warcio's own would percent-encode what is not ASCII."""

    def __init__(self, raw: bytes) -> None:
        # warcio leaves a head out that has neither start line nor headers.
        super().__init__(raw.partition(b"\r\n")[0].decode("latin-1"), [])
        self._raw = raw

    @override
    def compute_headers_buffer(self, header_filter: Callable[[str], str] | None = None) -> None:
        """Give the head as it is."""
        self.headers_buff = self._raw


def exchange_records(exchange: Exchange, warcinfo_id: str, new_id: NewId) -> tuple[ArchiveRecord, list[ArcWarcRecord]]:
    """Give the records of an exchange, the response first, and what the others know it by (file and offset open)."""
    sha256 = hashlib.sha256(exchange.body).hexdigest()
    profile = _profile(exchange, sha256)
    known = exchange.seen if profile else None
    response = ArchiveRecord(
        file="",
        offset=0,
        record_id=new_id(),
        url=exchange.url,
        date=exchange.date,
        payload_sha256=sha256 if known is None else known.payload_sha256,
        refers_to="" if known is None else known.record_id,
    )
    about = {
        "WARC-Target-URI": exchange.url,
        "WARC-Date": iso(exchange.date),
        "WARC-Warcinfo-ID": bracketed(warcinfo_id),
    }
    told = about | {"WARC-IP-Address": exchange.ip_address, "WARC-Truncated": exchange.truncated}
    records = [_response(exchange, response, profile, told)]
    beside = about | {"WARC-Concurrent-To": bracketed(response.record_id)}
    asked = {"WARC-Record-ID": bracketed(new_id()), "WARC-IP-Address": exchange.ip_address, **beside}
    records.append(_record("request", asked, HTTP + "request", exchange.request_body, exchange.request_head))
    for content_type, text in _metadata(exchange):
        named = {"WARC-Record-ID": bracketed(new_id()), **beside}
        records.append(_record("metadata", named, content_type, text.encode("utf-8", "surrogatepass")))
    return response, records


def warcinfo_record(file: str, info: Mapping[str, str], date: datetime, record_id: str) -> ArcWarcRecord:
    """Give the record that a file begins with: who wrote it, how, and for what."""
    headers = {"WARC-Record-ID": bracketed(record_id), "WARC-Date": iso(date), "WARC-Filename": file}
    return _record("warcinfo", headers, FIELDS, fields_text(info).encode())


def fields_text(fields: Mapping[str, str]) -> str:
    """Give application/warc-fields, one `name: value` a line."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)


def iso(date: datetime) -> str:
    """Give a WARC-Date with microseconds."""
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def bracketed(record_id: str) -> str:
    """Give a record id as WARC headers hold it."""
    return f"<{record_id}>"


def _profile(exchange: Exchange, sha256: str) -> str:
    """Give the revisit profile where the payload is the one that was seen; nothing where it is to be written."""
    seen = exchange.seen
    if seen is None or seen.url != exchange.url:
        return ""
    if exchange.status == 304:
        return NOT_MODIFIED
    return UNCHANGED_PAYLOAD if exchange.body and sha256 == seen.payload_sha256 else ""


def _response(exchange: Exchange, response: ArchiveRecord, profile: str, told: Mapping[str, str]) -> ArcWarcRecord:
    headers = {"WARC-Record-ID": bracketed(response.record_id), **told}
    if exchange.seen is None or not profile:
        headers[PAYLOAD_SHA256] = response.payload_sha256
        return _record("response", headers, HTTP + "response", exchange.body, exchange.response_head)
    headers |= {
        "WARC-Profile": profile,
        "WARC-Refers-To": bracketed(exchange.seen.record_id),
        "WARC-Refers-To-Target-URI": exchange.seen.url,
        "WARC-Refers-To-Date": iso(exchange.seen.date),
    }
    if profile == UNCHANGED_PAYLOAD:
        headers["WARC-Payload-Digest"] = _sha1(exchange.body)
        headers[PAYLOAD_SHA256] = response.payload_sha256
    return _record("revisit", headers, HTTP + "response", b"", exchange.response_head)


def _metadata(exchange: Exchange) -> list[tuple[str, str]]:
    """Give content type and text of what neither request nor response say: where we came from, who answered."""
    found = []
    if exchange.before:
        chain = [f"via: {one.url}\r\nviaRecord: {bracketed(one.record_id)}\r\n" for one in exchange.before]
        found.append((FIELDS, "".join(chain)))
    if exchange.certificate:
        found.append((PEM, exchange.certificate))
    return found


def _record(kind: str, headers: Mapping[str, str], content_type: str, body: bytes, head: bytes = b"") -> ArcWarcRecord:
    named = [("WARC-Type", kind), *((name, value) for name, value in headers.items() if value)]
    record = ArcWarcRecord(
        "warc",
        kind,
        StatusAndHeaders("", named, protocol=VERSION),
        BytesIO(body),
        _Head(head) if head else None,
        content_type,
        len(body),
    )
    record.payload_length = len(body)
    return record


def _sha1(body: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")
