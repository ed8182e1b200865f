"""Content goes in, Verdict comes out: the types of this room. Offsets are code points into the content's text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from classifier.labels import Family, Label, Outcome, Severity


class ContentBlock(Protocol):
    """A run of the content's text from one place (see crawler.items.Block, which fits)."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def hidden(self) -> bool: ...


class Content(Protocol):
    """What can be judged (crawler.items.Document fits; TextContent wraps plain text)."""

    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def blocks(self) -> Sequence[ContentBlock]: ...
    @property
    def language(self) -> str: ...
    @property
    def not_seen(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A line of plain text."""

    start: int
    end: int
    kind: str = "text"
    region: str = "body"
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class TextContent:
    """Plain text to judge; `url` and `title` may be empty."""

    text: str
    url: str = ""
    title: str = ""
    blocks: tuple[TextBlock, ...] = ()
    language: str = ""
    not_seen: tuple[str, ...] = ()


ADDRESS_REGION = "address"
HEADLINE_REGION = "headline"


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of judging: one sentence, list item or table row, with the heading or lead-in it is read under.

    Words of the page's address, and a title that was handed over beside the text, stand outside the text: [0, 0).
    """

    start: int
    end: int
    text: str
    lead_in: str = ""
    region: str = "body"
    hidden: bool = False

    @property
    def is_address(self) -> bool:
        """Whether these are words of the page's address."""
        return self.region == ADDRESS_REGION

    @property
    def is_outside(self) -> bool:
        """Whether the words stand in the address or title and not in the text."""
        return self.region in (ADDRESS_REGION, HEADLINE_REGION)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a word or cue with the logit it adds (negative: speaks against), or a severity step in words (weight 0)."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One label on one passage: `quote` is `text[start:end]`, `score` the calibrated probability of the label."""

    label: Label
    family: Family
    start: int
    end: int
    quote: str
    score: float
    severity: Severity
    severity_reason: str
    topic: str | None
    rules: tuple[str, ...]
    substance: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A page-level rule hit, shown apart from findings (for instance: naming the drug to the public in the UK)."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model and the policy say of one input, as of a date; digests name the exact model and policy.

    `page_reasons` are what the page model's logit of each family is the sum of; no rule of the policy is in it.
    """

    outcome: Outcome
    families: dict[Family, float]
    flagged: tuple[Family, ...]
    severity: Severity
    substances: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    degraded: tuple[str, ...]
    model_digest: str
    policy_digest: str
    as_of: date
    page_reasons: Mapping[Family, tuple[Reason, ...]] = field(default_factory=dict)
