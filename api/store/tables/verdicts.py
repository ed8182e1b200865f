"""Verdicts and findings; only ever added (database triggers refuse UPDATE and DELETE)."""

from datetime import date, datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime, kind_column
from api.store.tables.base import Row
from classifier.labels import Family, Label, Outcome, Severity


class StoredVerdict(Row, table=True):
    """What a model and a policy said of a document, as of a date."""

    __tablename__ = "verdict"
    __table_args__ = (Index(None, "page_id", "model_digest", "policy_digest"),)

    id: str = Field(primary_key=True)
    page_id: str = Field(foreign_key="site_page.id")
    document_id: str = Field(foreign_key="document.id", index=True)
    text_sha256: str
    outcome: Outcome = Field(sa_column=kind_column(Outcome))
    families: dict[str, float] = Field(sa_type=JSON)
    flagged: list[str] = Field(sa_type=JSON)
    severity: Severity = Field(sa_column=kind_column(Severity))
    substances: list[str] = Field(sa_type=JSON)
    notes: list[dict[str, str]] = Field(sa_type=JSON)
    degraded: list[str] = Field(sa_type=JSON)
    model_digest: str
    policy_digest: str
    as_of: date
    created_at: datetime = Field(sa_type=UtcDateTime)


class StoredFinding(Row, table=True):
    """One label on one passage; `start` and `end` are code points into the document's text.

    `fingerprint` names the label and the words of the quote, so that a later capture's same finding is known again.
    """

    __tablename__ = "finding"
    __table_args__ = (Index(None, "verdict_id", "position", unique=True),)

    id: str = Field(primary_key=True)
    verdict_id: str = Field(foreign_key="verdict.id")
    position: int
    label: Label = Field(sa_column=kind_column(Label))
    family: Family = Field(sa_column=kind_column(Family))
    start: int
    end: int
    quote: str = Field(sa_type=HostileText)
    score: float
    severity: Severity = Field(sa_column=kind_column(Severity))
    severity_reason: str = Field(sa_type=HostileText)
    topic: str | None = None
    rules: list[str] = Field(sa_type=JSON)
    substance: str | None = Field(default=None, sa_type=HostileText)
    reasons: list[dict[str, str | float]] = Field(sa_type=JSON)
    fingerprint: str
