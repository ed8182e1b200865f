"""What goes over the wire for flags, cases and reviews."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas import Decided, Name, Note, RowId, Text, plain
from api.services.reviews import LONGEST_NOTE
from api.store.kinds import CaptureState, CaseState, Decision, Scope, Why
from classifier.labels import Family, Label, Outcome, Severity

MOST_FINDINGS = 1000
LARGEST_NUMBER = 2**31 - 1


class Quote(BaseModel):
    """The gravest and most probable finding of a page."""

    label: Label
    severity: Severity
    quote: str
    score: float


class Flag(BaseModel):
    """A flagged page, with what a reviewer would read first."""

    case_id: str
    url: str
    lookup_key: str
    title: str
    language: str
    source: str
    outcome: Outcome
    severity: Severity
    families: dict[Family, float]
    flagged: list[Family]
    substances: list[str]
    strongest: Quote | None
    state: CaseState
    why: Why
    decision: Decided | None
    opened_at: datetime
    updated_at: datetime


class Flags(BaseModel):
    """One page of flags, gravest first; `next` is the cursor of the following page, null on the last."""

    flags: list[Flag]
    next: str | None


class Reason(BaseModel):
    """A word or cue that speaks for (positive weight) or against a finding."""

    text: str
    weight: float


class CaseFinding(BaseModel):
    """A finding of a case: `is_new` when the last decision did not cover it, `decided` what that one said of it."""

    id: str
    label: Label
    family: Family
    start: int
    end: int
    quote: str
    score: float
    severity: Severity
    severity_reason: str
    topic: str | None
    rules: list[str]
    substance: str | None
    reasons: list[Reason]
    is_new: bool
    decided: Decision | None


class CaseReview(BaseModel):
    """A review of a case; the one with the highest number stands."""

    id: str
    number: int
    reviewer: str
    decision: Decision
    findings: dict[str, Decision]
    note: str
    scope: Scope
    expression: str
    verdict_id: str
    created_at: datetime


class CaseCapture(BaseModel):
    """One answer of the page's server."""

    fetched_at: datetime
    status: int
    state: CaptureState
    error: str


class CaseDetail(BaseModel):
    """A case with its evidence; findings point into `text`, `verdict_id` and `seen_number` belong into a review."""

    id: str
    state: CaseState
    why: Why
    url: str
    lookup_key: str
    source: str
    title: str
    language: str
    text: str
    text_missing: str = Field(description="Why there is no text; empty when there is.")
    outcome: Outcome
    severity: Severity
    families: dict[Family, float]
    flagged: list[Family]
    substances: list[str]
    notes: list[Note]
    degraded: list[str]
    verdict_id: str
    seen_number: int
    model: str
    policy: str
    as_of: date
    findings: list[CaseFinding]
    reviews: list[CaseReview]
    captures: list[CaseCapture]
    has_changed: bool = Field(description="True when the text is another one than at the last decision or capture.")
    opened_at: datetime
    updated_at: datetime


class ReviewRequest(BaseModel):
    """A reviewer's decision on the findings of one verdict."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(
        pattern="^[0-9A-Za-z_.:-]{1,100}$",
        description="Your own name for this review; sent again, it is not taken twice.",
    )
    reviewer: Name = Field(description="The pseudonym of the person who decided.")
    verdict_id: RowId = Field(description="The verdict that the person had in sight.")
    decision: Decision
    findings: dict[RowId, Decision] = Field(default={}, max_length=MOST_FINDINGS)
    note: Annotated[Text, Field(max_length=LONGEST_NOTE)] = ""
    scope: Scope = Scope.URL
    seen_number: int | None = Field(
        default=None, ge=0, le=LARGEST_NUMBER, description="The newest review the person had in sight, 0 for none."
    )


class FlagQuery(BaseModel):
    """Filters of the flags; each narrows."""

    model_config = ConfigDict(extra="forbid")

    family: Family | None = None
    severity: Severity | None = Field(default=None, description="This severity or a graver one.")
    outcome: Outcome | Literal["any"] = Outcome.VIOLATION
    state: CaseState | Literal["any"] = "any"
    source: Annotated[str, Field(max_length=64), AfterValidator(plain)] = ""
    since: AwareDatetime | None = Field(
        default=None, description="Cases that changed at this time or later, with zone."
    )
    cursor: Annotated[str, Field(max_length=400)] = Field(default="", description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)
