"""What leaves this room: Target (what to fetch), Page (what came back), Document (what a reader of the page sees)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Archive:
    """Where a fetcher writes what it is answered: a folder, and the bytes after which the next WARC file is begun."""

    folder: str
    file_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """The record of one response in a WARC file; `offset` is where its gzip member begins.

    payload_sha256: hex, of the body as it was sent. refers_to: for a revisit record, the id of the record whose
    payload it says is unchanged; empty where this one holds the payload itself.
    """

    file: str
    offset: int
    record_id: str
    url: str
    date: datetime
    payload_sha256: str
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One URL to fetch; `depth` counts links from the start URL, validators are those of the last capture.

    seen: the record that holds the payload of the last capture; an unchanged one is not written again.
    max_bytes: as much of its body is received at most, where that is less than the policy allows; 0 for no such bound.
    """

    url: str
    depth: int = 0
    etag: str = ""
    last_modified: str = ""
    seen: ArchiveRecord | None = None
    max_bytes: int = 0


@dataclass(frozen=True)
class Page:
    """One answered request with its bytes after content decoding; nothing has read them yet.

    redirects: the URLs that led on to `final_url`, in order. truncated: the connection ended before the announced end,
    or the body is longer than is read and was cut there.
    certificate_problem: why the certificate of `final_url` does not verify; empty when it does or the URL is http.
    records: where the answers lie in the archive, those that redirected or were tried again first, its own last.
    sent_head, sent_body: bytes of the last answer as they were sent, its body before anything was unpacked; 0 where
    nothing travelled: the body of a 304, a file of this machine.
    """

    url: str
    final_url: str
    status: int
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...]
    content_type: str
    body: bytes
    source: str
    spider: str
    depth: int = 0
    redirects: tuple[str, ...] = ()
    ip_address: str = ""
    truncated: bool = False
    certificate_problem: str = ""
    records: tuple[ArchiveRecord, ...] = ()
    sent_head: int = 0
    sent_body: int = 0

    @property
    def sent(self) -> int:
        """Bytes of the answer as they were sent, status line and headers included."""
        return self.sent_head + self.sent_body

    @cached_property
    def body_sha256(self) -> str:
        """Hex digest of `body`."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Pause:
    """A host that asked, by Retry-After, to be left alone until a moment (aware UTC)."""

    host: str
    until: datetime

    @property
    def sentence(self) -> str:
        """What it asks, for a person."""
        return f"{self.host} asked to be left alone until {self.until:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """A request that gave no page; `detail` is a sentence for a person.

    reason: blocked_address, robots, paused, offsite_redirect, redirects, timeout, too_large, dns, connection, coding,
    invalid_url, file, dropped, error. pause: what a host asked for, where that is the reason.
    """

    url: str
    reason: str
    detail: str
    depth: int = 0
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A run of `Document.text` ([start, end), code points) that came from one place of the page.

    kind: title, meta, jsonld, jsonld-bad (one that does not parse), heading, text, item, row, button, option, label,
    alt, aria, placeholder, link.
    region: head, nav, header, main, aside, footer, form, table, body.
    hidden: not shown by a browser (template, comment, display:none ...); kept because hiding is itself a signal.
    """

    start: int
    end: int
    kind: str
    region: str
    tag: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Signal:
    """A price, phone, email, messenger, wallet, payment word or other sale signal and its place in `Document.text`."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """The visible and marked text of a page; every offset in the product points into `text` (code points).

    nofollow_links: those of `links` that the page asks robots not to follow, all of them when it says so of itself.
    simhash: of `text`, as crawler.likeness makes it; empty for a text without words.
    """

    url: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    language: str
    signals: tuple[Signal, ...] = ()
    links: tuple[str, ...] = ()
    nofollow_links: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    not_seen: tuple[str, ...] = ()
    extractor_version: str = ""
    simhash: str = ""

    @cached_property
    def text_sha256(self) -> str:
        """Hex digest of `text` as UTF-8; equal digests mean that a reader sees no change."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
