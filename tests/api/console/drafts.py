"""Pages to be: what a crawl would find and a model would say, written down before there is a store."""

from dataclasses import dataclass
from datetime import date

from classifier.labels import Family, Label, Outcome, Severity
from classifier.policy import PolicyPack
from classifier.types import Finding, Note, Reason, Verdict
from crawler.items import Block, Document, Signal

SHOP = "https://crystal-pier.example/shop/needlepoint.html"


def key_of(url: str) -> str:
    """Give the lookup key of the plain addresses used here."""
    return url.partition("://")[2]


@dataclass(frozen=True)
class Part:
    """One block of a page to be."""

    text: str
    kind: str = "text"
    region: str = "main"
    hidden: bool = False


@dataclass(frozen=True)
class Hit:
    """A finding to be: a label on a quote of the page's text."""

    quote: str
    label: Label
    severity: Severity = Severity.HIGH
    score: float = 0.9
    why: tuple[tuple[str, float], ...] = ()
    topic: str | None = None
    substance: str | None = "ketamine"

    def finding(self, text: str, policy: PolicyPack) -> Finding:
        """Give the finding that this is in a text."""
        start = text.index(self.quote)
        return Finding(
            label=self.label,
            family=self.label.family,
            start=start,
            end=start + len(self.quote),
            quote=self.quote,
            score=self.score,
            severity=self.severity,
            severity_reason=policy.labels[self.label].severity_reason,
            topic=self.topic,
            rules=policy.labels[self.label].rules[:5],
            substance=self.substance,
            reasons=tuple(Reason(word, weight) for word, weight in self.why),
        )


@dataclass(frozen=True)
class Site:
    """A page to be captured."""

    url: str
    title: str
    parts: tuple[Part, ...]
    hits: tuple[Hit, ...] = ()
    source: str = "harbour-shops"
    language: str = "en"
    signals: tuple[tuple[str, str], ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The page's text, a line a block."""
        return "\n".join(part.text for part in self.parts)

    def document(self) -> Document:
        """Give the document that an extractor would read."""
        blocks, start = [], 0
        for part in self.parts:
            blocks.append(Block(start, start + len(part.text), part.kind, part.region, "p", part.hidden))
            start += len(part.text) + 1
        signals = tuple(Signal(kind, value, 0, 0) for kind, value in self.signals)
        return Document(self.url, self.title, self.text, tuple(blocks), self.language, signals, not_seen=self.degraded)

    def verdict(self, policy: PolicyPack, as_of: date, model: str) -> Verdict:
        """Give what a model would say of the page: a violation with findings of medium severity or above."""
        counted = [hit for hit in self.hits if hit.severity.rank >= Severity.MEDIUM.rank]
        flagged = tuple(family for family in Family if any(hit.label.family is family for hit in counted))
        scores = {family: [hit.score for hit in counted if hit.label.family is family] for family in Family}
        unclear = Outcome.UNCLEAR if self.degraded or self.hits else Outcome.CLEAR
        return Verdict(
            outcome=Outcome.VIOLATION if flagged else unclear,
            families={family: max(scores[family], default=0.04) for family in Family},
            flagged=flagged,
            severity=max((hit.severity for hit in self.hits), key=lambda one: one.rank, default=Severity.NONE),
            substances=tuple(dict.fromkeys(hit.substance for hit in self.hits if hit.substance)),
            findings=tuple(hit.finding(self.text, policy) for hit in self.hits),
            notes=self.notes,
            degraded=self.degraded,
            model_digest=model,
            policy_digest=policy.digest,
            as_of=as_of,
        )
