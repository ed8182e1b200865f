"""The 13 labels in two families, the severity ladder and the outcomes a verdict can have."""

from enum import StrEnum


class Family(StrEnum):
    """The two things the product looks for."""

    ILLICIT_SALE = "illicit_sale"
    UNSUPPORTED_CLAIM = "unsupported_claim"


class Label(StrEnum):
    """What a passage does; its definition, rules and severity stand in the policy pack."""

    SALE_OFFER = "sale_offer"
    NO_PRESCRIPTION = "no_prescription"
    EVASIVE_FULFILMENT = "evasive_fulfilment"
    SHAM_DISCLAIMER = "sham_disclaimer"
    RECREATIONAL_PROMOTION = "recreational_promotion"
    CURE_OR_GUARANTEE = "cure_or_guarantee"
    UNAPPROVED_INDICATION = "unapproved_indication"
    FALSE_APPROVAL = "false_approval"
    SAFETY_MINIMIZATION = "safety_minimization"
    SUPERIORITY = "superiority"
    UNSUPERVISED_USE = "unsupervised_use"
    UNQUALIFIED_EFFICACY = "unqualified_efficacy"
    CONSUMER_DOSING = "consumer_dosing"

    @property
    def family(self) -> Family:
        """The family the label belongs to."""
        return Family.ILLICIT_SALE if self in SALE_LABELS else Family.UNSUPPORTED_CLAIM


SALE_LABELS = frozenset(
    {
        Label.SALE_OFFER,
        Label.NO_PRESCRIPTION,
        Label.EVASIVE_FULFILMENT,
        Label.SHAM_DISCLAIMER,
        Label.RECREATIONAL_PROMOTION,
    }
)


class Severity(StrEnum):
    """How much harm a finding can do; ordered, `low` is shown for context and never makes a violation."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for none up to 4 for critical."""
        return list(Severity).index(self)

    def lowered(self) -> "Severity":
        """One step down the ladder, never below low."""
        return list(Severity)[max(1, self.rank - 1)]

    def raised(self) -> "Severity":
        """One step up the ladder, never above critical."""
        return list(Severity)[min(4, self.rank + 1)]


class Outcome(StrEnum):
    """What a verdict says of the whole input."""

    VIOLATION = "violation"
    UNCLEAR = "unclear"
    CLEAR = "clear"
