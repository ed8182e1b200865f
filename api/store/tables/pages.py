"""Pages, the addresses that lead to them, their captures and the documents read from those."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime, kind_column
from api.store.kinds import CaptureState
from api.store.tables.base import Row


class SitePage(Row, table=True):
    """A page of the web; `id` is the SHA-256 hex of its canonical lookup key, title and language are the latest seen.

    The `latest_*` columns carry no foreign key: those rows point here, and a circle cannot be created in order.
    """

    __tablename__ = "site_page"

    id: str = Field(primary_key=True, max_length=64)
    lookup_key: str = Field(sa_type=HostileText)
    url: str = Field(sa_type=HostileText)
    host: str = Field(index=True)
    source: str = Field(foreign_key="source.name", index=True)
    title: str = Field(default="", sa_type=HostileText)
    language: str = Field(default="", index=True)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    latest_capture_id: str | None = None
    latest_verdict_id: str | None = None


class PageAddress(Row, table=True):
    """An address that leads to a page, its own or one that redirects; `id` is the SHA-256 hex of its lookup key."""

    __tablename__ = "page_address"

    id: str = Field(primary_key=True, max_length=64)
    url: str = Field(sa_type=HostileText)
    page_id: str = Field(foreign_key="site_page.id", index=True)


class StoredDocument(Row, table=True):
    """What a reader of a page saw; the text is the blob `text_sha256` (UTF-8, surrogates passed).

    `simhash` tells how much a text differs (crawler.likeness); None where it was read before it was kept.
    """

    __tablename__ = "document"

    id: str = Field(primary_key=True)
    page_id: str = Field(foreign_key="site_page.id", index=True)
    text_sha256: str
    simhash: str | None = None
    title: str = Field(sa_type=HostileText)
    language: str
    blocks: list[dict[str, str | int | bool]] = Field(sa_type=JSON)
    signals: list[dict[str, str | int]] = Field(sa_type=JSON)
    links: list[str] = Field(sa_type=JSON)
    nofollow_links: list[str] | None = Field(default=None, sa_type=JSON)
    attributes: dict[str, str] = Field(sa_type=JSON)
    not_seen: list[str] = Field(sa_type=JSON)
    extractor_version: str


class Capture(Row, table=True):
    """One answer of the web, at most one a page and source run; the bytes are the blob `blob_sha256`.

    `not_modified`: the server said that the bytes are those of the capture before; `scan_error`: why it is unreadable;
    `certificate_problem`: why the server's certificate does not verify, empty when it does or none was needed.
    `warc_file`, `warc_offset` and `warc_record_id` name its record in the archive (none: from before there was one),
    `warc_chain` those of the answers that led to it. `payload_capture_id`: whose record holds the bytes, where this
    one's says only that they are unchanged; no foreign key, since it points to a row of the same table.
    """

    __tablename__ = "capture"
    __table_args__ = (
        UniqueConstraint("source_run_id", "page_id"),
        Index(None, "page_id", "fetched_at"),
        Index(None, "source_run_id", "state"),
        Index(None, "warc_file", "warc_offset"),
    )

    id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="run.id")
    source_run_id: str = Field(foreign_key="source_run.id")
    target_id: str = Field(foreign_key="crawl_target.id")
    page_id: str = Field(foreign_key="site_page.id")
    url: str = Field(sa_type=HostileText)
    final_url: str = Field(sa_type=HostileText)
    status: int
    headers: list[list[str]] = Field(sa_type=JSON)
    content_type: str = Field(sa_type=HostileText)
    redirects: list[str] = Field(sa_type=JSON)
    ip_address: str = ""
    certificate_problem: str = Field(default="", sa_type=HostileText)
    etag: str = Field(default="", sa_type=HostileText)
    last_modified: str = Field(default="", sa_type=HostileText)
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    blob_sha256: str
    size: int
    truncated: bool = False
    not_modified: bool = False
    state: CaptureState = Field(default=CaptureState.CAPTURED, sa_column=kind_column(CaptureState))
    document_id: str | None = Field(default=None, foreign_key="document.id")
    verdict_id: str | None = Field(default=None, foreign_key="verdict.id")
    scan_error: str = Field(default="", sa_type=HostileText)
    warc_file: str | None = None
    warc_offset: int | None = Field(default=None, sa_type=BigInteger)
    warc_record_id: str | None = None
    warc_payload_sha256: str | None = None
    warc_chain: list[dict[str, str | int]] | None = Field(default=None, sa_type=JSON)
    payload_capture_id: str | None = None
