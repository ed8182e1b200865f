"""Second looks at captured pages: as a browser draws them, or as they are told to somebody else."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime, kind_column
from api.store.kinds import LookKind
from api.store.tables.base import Row


class Look(Row, table=True):
    """One second look at a capture, at most one of a kind; `error` says why nothing came of it, else it is empty.

    `bytes_sha256` are those of the capture: as long as they stay the same, no other picture is needed. `html_sha256`,
    `text_sha256` (what is shown, where a browser looked) and `screenshot_sha256` (JPEG, `width` by `height` pixels)
    name blobs. `document_id` and `verdict_id` are what the look was read and judged as, where it was. `likeness` (0 to
    1) and `differences` compare it with the capture: what only we were told (`removed`), what only the other
    reader was (`added`), and the signals of either, `is_different` in the end.
    `refused` is what the page asked for and did not get, `truncated` what was cut off.
    """

    __tablename__ = "look"
    __table_args__ = (UniqueConstraint("capture_id", "kind"), Index(None, "page_id", "kind", "looked_at"))

    id: str = Field(primary_key=True)
    kind: LookKind = Field(sa_column=kind_column(LookKind))
    capture_id: str = Field(foreign_key="capture.id")
    page_id: str = Field(foreign_key="site_page.id")
    bytes_sha256: str
    looked_at: datetime = Field(sa_type=UtcDateTime)
    final_url: str = Field(default="", sa_type=HostileText)
    status: int = 0
    agent: str = ""
    browser: str = ""
    html_sha256: str | None = None
    html_size: int = 0
    text_sha256: str | None = None
    screenshot_sha256: str | None = None
    screenshot_size: int = 0
    width: int = 0
    height: int = 0
    document_id: str | None = Field(default=None, foreign_key="document.id")
    verdict_id: str | None = Field(default=None, foreign_key="verdict.id")
    likeness: float | None = None
    is_different: bool = False
    differences: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    refused: list[dict[str, str]] = Field(default_factory=list, sa_type=JSON)
    refused_count: int = 0
    truncated: list[str] = Field(default_factory=list, sa_type=JSON)
    error: str = Field(default="", sa_type=HostileText)
