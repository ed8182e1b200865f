"""Cases before reviewers, and their reviews (only ever added; database triggers refuse UPDATE and DELETE)."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime, kind_column
from api.store.kinds import CaseState, Decision, Scope, Why
from api.store.tables.base import Row
from classifier.labels import Outcome


class Case(Row, table=True):
    """A page a reviewer should look at, one a page; `verdict_id` is the verdict that stands now.

    `severity_rank` is 0 (none) to 4 (critical), `probability` the highest of the families.
    """

    __tablename__ = "review_case"
    # Read backwards: the queue is ordered by all three descending, so plain indexes serve it on both databases.
    __table_args__ = (
        Index(None, "state", "severity_rank", "probability", "id"),
        Index(None, "severity_rank", "probability", "id"),
    )

    id: str = Field(primary_key=True)
    page_id: str = Field(foreign_key="site_page.id", unique=True)
    verdict_id: str = Field(foreign_key="verdict.id")
    state: CaseState = Field(sa_column=kind_column(CaseState))
    why: Why = Field(sa_column=kind_column(Why))
    outcome: Outcome = Field(sa_column=kind_column(Outcome))
    severity_rank: int
    probability: float
    is_illicit_sale: bool
    is_unsupported_claim: bool
    opened_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Review(Row, table=True):
    """One decision by one person on the findings of one verdict; the highest `number` of a case stands.

    `findings` maps finding ids to decisions, `scope_key` is the canonical expression that the scope reaches
    and `scope_hash` its SHA-256 hex.
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: str = Field(primary_key=True)
    case_id: str = Field(foreign_key="review_case.id")
    number: int
    verdict_id: str = Field(foreign_key="verdict.id")
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    decision: Decision = Field(sa_column=kind_column(Decision))
    findings: dict[str, str] = Field(sa_type=JSON)
    note: str = Field(default="", sa_type=HostileText)
    scope: Scope = Field(sa_column=kind_column(Scope))
    scope_key: str = Field(sa_type=HostileText)
    scope_hash: str = Field(index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
