"""What tells pages and sites alike: prints and marks of each page, and what was made of them after the last run."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime
from api.store.tables.base import Row


class PagePrint(Row, table=True):
    """The MinHash signature of a page's text (64 little-endian 32-bit numbers), and which document it was made of.

    `shingles` counts runs of three words; 0 for a text that says too little to be compared.
    """

    __tablename__ = "page_print"

    page_id: str = Field(primary_key=True, foreign_key="site_page.id")
    document_id: str
    shingles: int
    signature: bytes


class PageMark(Row, table=True):
    """A mark of who runs the site that a page is of; `key` is the same on all pages with this kind and value."""

    __tablename__ = "page_mark"
    __table_args__ = (Index(None, "page_id"), Index(None, "key"))

    id: str = Field(primary_key=True)
    page_id: str = Field(foreign_key="site_page.id")
    key: str
    kind: str
    shown: str = Field(sa_type=HostileText)
    is_contact: bool


class HostIcon(Row, table=True):
    """The icon that pages of a host name, as it was last had: SHA-256 and size of its bytes, empty and 0 without one.

    `source_run_id`: the visit that was answered last; `detail`: why there is no icon. WARC holds the answers.
    """

    __tablename__ = "host_icon"

    host: str = Field(primary_key=True)
    url: str = Field(sa_type=HostileText)
    source_run_id: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    etag: str = Field(default="", sa_type=HostileText)
    last_modified: str = Field(default="", sa_type=HostileText)
    sha256: str = ""
    size: int = 0
    detail: str = Field(default="", sa_type=HostileText)


class SiteMember(Row, table=True):
    """A site (a registered name) that seems to be run by the operator of others, with the hosts of it that we know."""

    __tablename__ = "site_member"

    site: str = Field(primary_key=True)
    cluster_id: str = Field(index=True)
    hosts: list[str] = Field(sa_type=JSON)


class SiteLink(Row, table=True):
    """Two sites that seem to have one operator, and why.

    `reasons` hold kind, shown (the mark as written), sites (how many have it) and weight; `weight` is their sum.
    """

    __tablename__ = "site_link"

    id: str = Field(primary_key=True)
    cluster_id: str = Field(index=True)
    site: str
    other_site: str
    weight: float
    reasons: list[dict[str, str | int | float]] = Field(sa_type=JSON)


class AlikePage(Row, table=True):
    """A page of a group that says nearly the same on several sites; `likeness` (0 to 1) is to its earliest page."""

    __tablename__ = "alike_page"

    page_id: str = Field(primary_key=True, foreign_key="site_page.id")
    group_id: str = Field(index=True)
    likeness: float
