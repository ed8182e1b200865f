"""How severe a finding is, and why: the label's base severity, moved by topic, hedges and disclosures."""

from dataclasses import dataclass
from datetime import date

from classifier.features import View
from classifier.labels import Family, Label, Severity
from classifier.policy import PolicyPack, Topic

_HEDGED_AWAY = frozenset({Label.UNQUALIFIED_EFFICACY})
_SOFTENED = frozenset({Label.UNQUALIFIED_EFFICACY, Label.UNAPPROVED_INDICATION, Label.SAFETY_MINIMIZATION})


@dataclass(frozen=True, slots=True)
class Weighed:
    """A severity with its reasons, in the order in which they were applied."""

    severity: Severity
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons as one text."""
        return " ".join(self.reasons)


def weigh(label: Label, view: View, topic: Topic | None, *, disclosed: bool, pack: PolicyPack) -> Weighed:
    """Severity by the ladder of the policy pack; `disclosed`: the same section says that the use is not approved."""
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
    strong, weak = view.cue_hit("strong_hedge"), view.cue_hit("weak_hedge")
    if label in _HEDGED_AWAY and strong is not None:
        severity = Severity.LOW
        reasons.append(f"Lowered: hedged by “{_words(view, strong.start, strong.end)}”.")
    elif label in _SOFTENED and (strong or weak) is not None:
        hit = strong or weak
        assert hit is not None
        severity = severity.lowered()
        reasons.append(f"Lowered: softened by “{_words(view, hit.start, hit.end)}”.")
    if label is Label.UNAPPROVED_INDICATION and disclosed and (topic is None or topic.human_trial):
        severity = severity.lowered()
        reasons.append("Lowered: the same section says that this use is not approved.")
    return Weighed(severity, tuple(reasons))


def is_within_label(label: Label, view: View, topic: Topic | None, as_of: date, pack: PolicyPack) -> bool:
    """Whether the passage names only Spravato, for a use that was approved on that day."""
    if label is not Label.UNAPPROVED_INDICATION or topic is None:
        return False
    named = {mention.name for mention in view.mentions if mention.term.role == "subject"}
    if not named or any("ketamin" in name and "esketamin" not in name for name in named):
        return False
    return any(
        use.substance == "esketamine" and use.topic == topic.id and use.since <= as_of for use in pack.approved_uses
    )


def _words(view: View, start: int, end: int) -> str:
    return view.normalized.text[start:end]
