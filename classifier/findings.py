"""From scored passages to findings: labels over their thresholds, with severity, topic, rules and reasons."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from classifier.artifact import Model
from classifier.entities import Role
from classifier.explain import reasons_for
from classifier.features import View
from classifier.labels import Family, Label, Severity
from classifier.page import sigmoid
from classifier.policy import PolicyPack
from classifier.scorer import Scored, Scorer
from classifier.severity import Disclosure, Weighed, weigh
from classifier.topics import find_topic
from classifier.types import Content, Finding, Reason

MORE_LIKELY_THAN_NOT = 0.5
KEPT = "A hedge stands in it, but read as a whole the sentence still asserts the effect."
_SOLD = (Role.SUBJECT, Role.ANALOGUE, Role.DRUG)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a finding needs to know of its page; `disclosing` holds the headings under which a disclosure stands."""

    content: Content
    as_of: date
    substance: str | None
    disclosing: frozenset[str]

    def disclosure(self, lead_in: str) -> Disclosure:
        """Where the page discloses, seen from a passage under this heading."""
        if lead_in in self.disclosing:
            return Disclosure.SAME_SECTION
        return Disclosure.ELSEWHERE if self.disclosing else Disclosure.NOWHERE


class FindingMaker:
    """Makes the findings of a page; a passage speaks of a family only when that family's head reports it."""

    def __init__(self, model: Model, pack: PolicyPack, scorer: Scorer) -> None:
        self._model = model
        self._pack = pack
        self._scorer = scorer
        self._place = {head: place for place, head in enumerate(model.heads)}

    def make(
        self, scored: Sequence[Scored], reported: Collection[Family], content: Content, as_of: date
    ) -> Iterator[Finding]:
        """All findings of a page that is reported for these families."""
        disclosing = frozenset([s.passage.lead_in for s in scored if s.view.cue_hit("disclosure") is not None])
        page = _Page(content, as_of, _page_substance(scored), disclosing)
        for family in Family:
            cut = self._cut(family, scored, is_reported=family in reported)
            for one in scored:
                if one.speaks_of(family) and self.probability(one, family) >= cut:
                    yield from self._of_passage(one, family, page)

    def _cut(self, family: Family, scored: Sequence[Scored], *, is_reported: bool) -> float:
        """From which probability on a passage speaks; a reported page shows at least its strongest one."""
        report = self._model.calibrations[family].report
        if not is_reported:
            return report
        likely = (self.probability(s, family) for s in scored if s.speaks_of(family))
        return min(report, MORE_LIKELY_THAN_NOT, max(likely, default=1.0))

    def _of_passage(self, one: Scored, family: Family, page: _Page) -> Iterator[Finding]:
        found = [self._finding(one, label, page) for label in self._labels(one, family)]
        if all(f.severity is Severity.LOW for f in found) and one.passage.lead_in not in page.disclosing:
            # The head was trained on what counts as hedged: where it still reports, one word excuses no sentence.
            strongest = max(found, key=lambda f: f.score)
            found[found.index(strongest)] = replace(strongest, severity=Severity.MEDIUM, severity_reason=KEPT)
        yield from found

    def _labels(self, one: Scored, family: Family) -> list[Label]:
        """The labels over their own threshold; the likeliest one when the family is sure and no label is."""
        likely = {label: self.probability(one, label) for label in Label if label.family is family}
        over = [label for label, p in likely.items() if p >= max(0.35, self._model.calibrations[label].review)]
        sure = [label for label in over if likely[label] >= min(0.5, self._model.calibrations[label].report)]
        return sure or [max(likely, key=lambda label: likely[label])]

    def _finding(self, one: Scored, label: Label, page: _Page) -> Finding:
        passage = one.passage
        topic = find_topic(label, one.view, passage.lead_in.lower(), self._pack)
        weighed = weigh(label, one.view, topic, page.disclosure(passage.lead_in), self._pack)
        return Finding(
            label=label,
            family=label.family,
            start=passage.start,
            end=passage.end,
            quote=passage.text,
            score=round(self.probability(one, label), 6),
            severity=weighed.severity,
            severity_reason=weighed.reason,
            topic=topic.id if topic else None,
            rules=tuple(rule.id for rule in self._pack.rules_for(label, page.as_of)),
            substance=_named_substance(one.view) or page.substance,
            reasons=self._reasons(one, label, weighed),
        )

    def _reasons(self, one: Scored, label: Label, weighed: Weighed) -> tuple[Reason, ...]:
        head = self._scorer.heads.index(label)
        shares = reasons_for(self._scorer.shares(one.view, head))
        return (*shares, *(Reason(text, 0.0) for text in weighed.reasons[1:]))

    def probability(self, one: Scored, head: Family | Label) -> float:
        """The calibrated probability of a head for one passage, lowered by what its family's exemptions take."""
        lowered = one.penalties[head.family if isinstance(head, Label) else head]
        return sigmoid(one.logits[self._place[head]] - lowered)


def _named_substance(view: View) -> str | None:
    for role in _SOLD:
        for mention in (*view.mentions, *view.lead.mentions):
            if mention.term.role is role:
                return mention.substance
    return None


def _page_substance(scored: Sequence[Scored]) -> str | None:
    """The substance that the page names most often, the subject of the pack before others."""
    named = Counter(
        (m.term.role is Role.SUBJECT, m.substance)
        for s in scored
        for m in s.view.reading.mentions
        if m.term.role in _SOLD
    )
    return max(named, key=lambda key: (key[0], named[key]))[1] if named else None
