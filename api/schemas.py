"""What goes over the wire for look-ups, judging and health, and the types that all models share."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from api.judging.reading import replace_surrogates
from api.store.kinds import Decision, ReviewState, Scope
from classifier.labels import Family, Label, Outcome, Severity
from crawler.canonical import LONGEST_URL

LONGEST_TITLE = 2000


def _whole(value: object) -> object:
    return replace_surrogates(value) if isinstance(value, str) else value


def plain(text: str) -> str:
    """Give text that can be shown on one line; ValueError for any other."""
    if not text.isprintable():
        raise ValueError("holds control characters or half of a character; send plain text")
    return text


# JSON may carry half of a character, which no UTF-8 can: it becomes U+FFFD, one for one, so that offsets hold.
Text = Annotated[str, BeforeValidator(_whole)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(plain)]
RowId = Annotated[str, Field(pattern="^[0-9a-f]{16,64}$")]


class Problem(BaseModel):
    """Why a request was not answered (RFC 9457); `code` is for programs, `detail` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    fields: list[dict[str, str]] = []


class Matched(BaseModel):
    """The expression that answers: the page's own key, or the directory or host of a person's decision."""

    expression: str
    scope: Scope


class Decided(BaseModel):
    """A person's final decision and how far it reaches."""

    decision: Decision
    scope: Scope
    expression: str
    decided_at: datetime
    case_id: str


class Freshness(BaseModel):
    """How old the answer is; `is_current` is false while the newest capture has not been judged."""

    captured_at: datetime | None
    age_seconds: int | None
    is_current: bool
    model: str | None
    policy: str | None
    as_of: date | None


class Lookup(BaseModel):
    """What is known of a URL; `unknown` never means clear."""

    url: str
    canonical_url: str
    status: Literal["known", "unknown"]
    listed: bool
    matched: Matched | None
    outcome: Outcome | None
    severity: Severity | None
    families: dict[Family, float]
    flagged: list[Family]
    substances: list[str]
    review_state: ReviewState
    decision: Decided | None
    case_id: str | None
    freshness: Freshness | None
    cache_seconds: int


class LookupRefused(BaseModel):
    """A member of a batch that could not be looked up; `error` says what to correct."""

    url: str | None
    status: Literal["invalid"]
    error: str


class LookupBatch(BaseModel):
    """URLs to look up."""

    urls: list[str] = Field(min_length=1, max_length=500)


class Lookups(BaseModel):
    """One answer a URL, in the order asked."""

    answers: list[Lookup | LookupRefused]


class JudgeRequest(BaseModel):
    """One input to judge, text or HTML; other fields are ignored."""

    text: Text | None = None
    html: Text | None = None
    id: Annotated[Text, Field(max_length=LONGEST_URL)] | None = Field(default=None, description="Comes back as it is.")
    url: Annotated[Text, Field(max_length=LONGEST_URL)] = ""
    title: Annotated[Text, Field(max_length=LONGEST_TITLE)] = ""
    as_of: date | None = Field(default=None, description="Judge by the rules in force on this day; today by default.")

    @model_validator(mode="after")
    def _one_input(self) -> Self:
        if (self.text is None) == (self.html is None):
            raise ValueError("send either text or html")
        return self


class JudgedFinding(BaseModel):
    """One label on one passage: `text[start:end] == quote`, in code points."""

    label: Label
    family: Family
    start: int
    end: int
    quote: str
    score: float
    severity: Severity
    topic: str | None
    rules: list[str]
    substance: str | None
    why: list[str]


class Note(BaseModel):
    """A rule that the whole input touches."""

    rule: str
    text: str


class Judgement(BaseModel):
    """What the model and the policy say of an input; the same object as a line of `rxwarden judge`."""

    id: str
    outcome: Outcome
    families: dict[Family, float]
    flagged: list[Family]
    severity: Severity
    substances: list[str]
    findings: list[JudgedFinding]
    notes: list[Note]
    degraded: list[str]
    model: str
    policy: str
    as_of: date
    text: str | None = Field(default=None, description="For HTML: the text that the findings point into.")


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """The service can do its work; `index_age_seconds` is how long ago look-ups were last in step with the store.

    `warnings` say, as `fields` of a 503 do, what an operator has to look at though the service answers.
    """

    status: Literal["ready"]
    index_age_seconds: float
    warnings: list[dict[str, str]] = []
