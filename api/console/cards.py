"""The inspector's cards: one finding each, with what the model saw, what the policy says, what was decided before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.console import phrases
from api.console.captured_text import Span
from api.console.emphasis import excerpt, telling_words
from api.store.kinds import Decision
from api.store.queries.cases import CaseFinding
from api.store.tables.verdicts import StoredFinding
from classifier.policy import PolicyPack, Rule, Topic

MOST_REASONS = 8
LONGEST_QUOTE = 320


@dataclass(frozen=True, slots=True)
class Bar:
    """A word or cue with what it adds for (or, `is_for` false, against) the finding; `length` is 1 to 100."""

    text: str
    is_for: bool
    length: float


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule the finding breaks; `jurisdiction` in a word or two, `in_force` on the day of the verdict."""

    rule: Rule
    jurisdiction: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as the inspector shows it; `steps` are the severity's steps in words."""

    number: int
    finding: StoredFinding
    title: str
    words: tuple[str, ...]
    bars: tuple[Bar, ...]
    steps: tuple[str, ...]
    rules: tuple[RuleLine, ...]
    unknown_rules: tuple[str, ...]
    topic: Topic | None
    acceptable: str
    is_new: bool
    decided: Decision | None

    @property
    def excerpt(self) -> str:
        """The quote, cut around its telling words where it is very long; the whole stands in the text."""
        return excerpt(self.finding.quote, self.words, LONGEST_QUOTE)

    @property
    def span(self) -> Span:
        """Where the finding lies in the text."""
        return Span(self.number, self.finding.start, self.finding.end, self.finding.family)


def cards(findings: Sequence[CaseFinding], policy: PolicyPack, as_of: date) -> tuple[Card, ...]:
    """Give the cards, numbered in the order in which the findings stand in the text."""
    ordered = sorted(findings, key=lambda known: (known.finding.start, known.finding.end, known.finding.position))
    return tuple(_card(number, known, policy, as_of) for number, known in enumerate(ordered, 1))


def _card(number: int, known: CaseFinding, policy: PolicyPack, as_of: date) -> Card:
    finding = known.finding
    label = policy.labels[finding.label]
    rules = [policy.rules[rule] for rule in finding.rules if rule in policy.rules]
    return Card(
        number=number,
        finding=finding,
        title=label.title,
        words=telling_words(finding.reasons),
        bars=_bars(finding),
        steps=tuple(str(reason["text"]) for reason in finding.reasons if float(reason["weight"]) == 0),
        rules=tuple(RuleLine(rule, _place(policy, rule), rule.holds(as_of)) for rule in rules),
        unknown_rules=tuple(rule for rule in finding.rules if rule not in policy.rules),
        topic=policy.topics.get(finding.topic or ""),
        acceptable=label.acceptable,
        is_new=known.is_new,
        decided=known.decided,
    )


def _place(policy: PolicyPack, rule: Rule) -> str:
    return phrases.jurisdiction(policy.jurisdictions.get(rule.jurisdiction, rule.jurisdiction))


def _bars(finding: StoredFinding) -> tuple[Bar, ...]:
    """The weightiest reasons, those for first; lengths relative to the weightiest."""
    weighed = sorted(((str(r["text"]), float(r["weight"])) for r in finding.reasons), key=lambda pair: -abs(pair[1]))
    weighed = [pair for pair in weighed if pair[1]][:MOST_REASONS]
    longest = max((abs(weight) for _, weight in weighed), default=1.0)
    bars = [Bar(text.replace("_", " "), weight > 0, max(1.0, 100 * abs(weight) / longest)) for text, weight in weighed]
    return tuple(sorted(bars, key=lambda bar: not bar.is_for))
