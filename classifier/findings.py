"""From scored passages to findings: labels over their thresholds, with severity, topic, rules and reasons."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from classifier.artifact import Model
from classifier.entities import Role
from classifier.explain import reasons_for
from classifier.features import View
from classifier.labels import Family, Label
from classifier.page import sigmoid
from classifier.policy import PolicyPack
from classifier.scorer import Scored, Scorer
from classifier.severity import Weighed, is_within_label, weigh
from classifier.topics import find_topic
from classifier.types import Content, Finding, Reason

_SOLD = (Role.SUBJECT, Role.ANALOGUE, Role.DRUG)


class FindingMaker:
    """Makes the findings of a page; a passage speaks of a family only when that family's head reports it."""

    def __init__(self, model: Model, pack: PolicyPack, scorer: Scorer) -> None:
        self._model = model
        self._pack = pack
        self._scorer = scorer

    def make(self, scored: Sequence[Scored], content: Content, as_of: date) -> Iterator[Finding]:
        """All findings of the page, in passage order."""
        page_substance = _page_substance(scored)
        disclosing = {s.passage.lead_in for s in scored if s.view.cue_hit("disclosure") is not None}
        for one in scored:
            disclosed = one.passage.lead_in in disclosing
            for family in Family:
                yield from self._of_family(one, family, content, as_of, page_substance, disclosed=disclosed)

    def _of_family(
        self, one: Scored, family: Family, content: Content, as_of: date, page_substance: str | None, *, disclosed: bool
    ) -> Iterator[Finding]:
        if not self._names_what_it_takes(one.view, family):
            return
        probability = self._probability(one, family)
        threshold = self._model.calibrations[family].report
        if probability < threshold:
            return
        labels = self._labels(one, family)
        made = [self._finding(one, label, content, as_of, page_substance, disclosed=disclosed) for label in labels]
        yield from (f for f in made if f is not None)

    def _labels(self, one: Scored, family: Family) -> list[Label]:
        """The labels over their own threshold; the likeliest one when the family is sure and no label is."""
        likely = {label: self._probability(one, label) for label in Label if label.family is family}
        over = [label for label, p in likely.items() if p >= max(0.35, self._model.calibrations[label].review)]
        sure = [label for label in over if likely[label] >= min(0.5, self._model.calibrations[label].report)]
        return sure or [max(likely, key=lambda label: likely[label])]

    def _finding(
        self, one: Scored, label: Label, content: Content, as_of: date, page_substance: str | None, *, disclosed: bool
    ) -> Finding | None:
        topic = find_topic(label, one.view, one.passage.lead_in.lower(), self._pack)
        if is_within_label(label, one.view, topic, as_of, self._pack):
            return None
        weighed = weigh(label, one.view, topic, disclosed=disclosed, pack=self._pack)
        passage = one.passage
        return Finding(
            label=label,
            family=label.family,
            start=passage.start,
            end=passage.end,
            quote=content.text[passage.start : passage.end],
            score=round(self._probability(one, label), 6),
            severity=weighed.severity,
            severity_reason=weighed.reason,
            topic=topic.id if topic else None,
            rules=tuple(rule.id for rule in self._pack.rules_for(label, as_of)),
            substance=_named_substance(one.view) or page_substance,
            reasons=self._reasons(one, label, weighed),
        )

    def _reasons(self, one: Scored, label: Label, weighed: Weighed) -> tuple[Reason, ...]:
        head = self._scorer.heads.index(label)
        shares = reasons_for(self._scorer.shares(one.view, head))
        return (*shares, *(Reason(text, 0.0) for text in weighed.reasons[1:]))

    def _probability(self, one: Scored, head: Family | Label) -> float:
        calibration = self._model.calibrations[head]
        return sigmoid(calibration.slope * float(one.logits[self._scorer.heads.index(head)]) + calibration.offset)

    @staticmethod
    def _names_what_it_takes(view: View, family: Family) -> bool:
        roles = view.roles_here | view.roles_around
        return bool(roles & set(_SOLD)) if family is Family.ILLICIT_SALE else Role.SUBJECT in roles


def _named_substance(view: View) -> str | None:
    for role in _SOLD:
        for mention in (*view.mentions, *view.lead_mentions):
            if mention.term.role is role:
                return mention.substance
    return None


def _page_substance(scored: Sequence[Scored]) -> str | None:
    """The substance that the page names most often, the subject of the pack before others."""
    named = Counter(
        (m.term.role is Role.SUBJECT, m.substance) for s in scored for m in s.view.mentions if m.term.role in _SOLD
    )
    return max(named, key=lambda key: (key[0], named[key]))[1] if named else None
