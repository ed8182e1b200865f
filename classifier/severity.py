"""How severe a finding is, and why: the label's base severity, moved by topic, hedges and disclosures."""

from dataclasses import dataclass
from enum import StrEnum

from classifier.features import View
from classifier.labels import Family, Label, Severity
from classifier.policy import PolicyPack, Topic

_HEDGED_AWAY = frozenset({Label.UNQUALIFIED_EFFICACY})
_SOFTENED = frozenset({Label.UNQUALIFIED_EFFICACY, Label.UNAPPROVED_INDICATION, Label.SAFETY_MINIMIZATION})


class Disclosure(StrEnum):
    """Where a page says that a use is not approved, seen from a claim."""

    NOWHERE = "nowhere"
    ELSEWHERE = "elsewhere"
    SAME_SECTION = "same section"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A severity with its reasons, in the order in which they were applied."""

    severity: Severity
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons as one text."""
        return " ".join(self.reasons)


def weigh(label: Label, view: View, topic: Topic | None, disclosure: Disclosure, pack: PolicyPack) -> Weighed:
    """Severity by the ladder of the policy pack."""
    policy = pack.labels[label]
    severity, reasons = policy.severity, [policy.severity_reason]
    if label.family is Family.ILLICIT_SALE:
        return Weighed(severity, tuple(reasons))
    if topic is not None and topic.severity is not None and topic.severity.rank > severity.rank:
        severity = topic.severity
        reasons.append(f"Raised: it concerns {topic.title.lower()}.")
    if label is Label.CURE_OR_GUARANTEE and topic is not None and topic.id == "E-SI":
        severity = Severity.CRITICAL
        reasons.append("Raised: a promise about suicide can cost a life.")
    if (
        label is Label.CONSUMER_DOSING
        and view.cue_hit("home") is None
        and view.cue_hit("buy", "cart", "for_sale") is None
    ):
        severity = Severity.MEDIUM
        reasons.append("Lowered: no sale and no home use stands beside the dose.")
    is_indication = label is Label.UNAPPROVED_INDICATION
    # A hedge does not help where nothing supports the use, nor a disclosure where nobody has tried it in people.
    if not (is_indication and topic is not None and topic.is_unsupported):
        severity, reason = _hedged(label, view, severity)
        reasons += [reason] if reason else []
    if is_indication and (topic is None or topic.human_trial):
        severity, reason = _disclosed(disclosure, severity)
        reasons += [reason] if reason else []
    return Weighed(severity, tuple(reasons))


def _hedged(label: Label, view: View, severity: Severity) -> tuple[Severity, str]:
    """What the strongest hedge leaves of a severity, and the reason when there is one."""
    strong = view.cue_hit("strong_hedge")
    hit = strong or view.cue_hit("weak_hedge")
    if hit is None or label not in _SOFTENED:
        return severity, ""
    words = view.normalized.text[hit.start : hit.end]
    if strong is not None and label in _HEDGED_AWAY:
        return Severity.LOW, f"Lowered: hedged by “{words}”."
    return severity.lowered(), f"Lowered: softened by “{words}”."


def _disclosed(disclosure: Disclosure, severity: Severity) -> tuple[Severity, str]:
    """A disclosure beside the claim takes a step off; one elsewhere does so too, but never makes light of the claim."""
    if disclosure is Disclosure.SAME_SECTION:
        return severity.lowered(), "Lowered: the same section says that this use is not approved."
    if disclosure is Disclosure.ELSEWHERE and severity.rank > Severity.MEDIUM.rank:
        return severity.lowered(), "Lowered: the page says elsewhere that this use is not approved."
    if disclosure is Disclosure.ELSEWHERE:
        return severity, "Noted: the page says elsewhere that this use is not approved, which does not cancel it."
    return severity, ""
