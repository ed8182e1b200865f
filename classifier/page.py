"""From passage evidence to a page: what a page model sees of one family, and the probability with its parts."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum

from classifier.artifact import Model, PageModel
from classifier.features import View
from classifier.labels import Family
from classifier.types import Reason

FLOOR = -6.0
"""Calibrated logits below this say no more than this."""
LONGEST = 80
"""Passages of the longest page that counts; more of them drown nothing further."""
SHORT_PAGE = 8
"""Passages up to which a text is short."""
_SIGNS = ("disclosure", "risk", "attribution", "prescription_required")
TRAINED_PREVALENCE = 0.25
"""Share of violating pages that page models are fitted to; their probabilities hold for a crawl of that kind."""
FEATURES = (
    "the strongest passages together",
    "the length of the page",
    *(f"a sign of {sign.replace('_', ' ')}" for sign in _SIGNS),
)


class Form(StrEnum):
    """How long a text is: among many passages one more easily seems to offend, so each form has models of its own."""

    SHORT = "short"
    LONG = "long"


def form_of(passages: int) -> Form:
    """The form of a text of so many passages."""
    return Form.SHORT if passages <= SHORT_PAGE else Form.LONG


def page_models(model: Model, passages: int) -> Mapping[Family, PageModel]:
    """The page models for a text of so many passages."""
    return {family: model.pages[form_of(passages)][family] for family in Family}


def page_features(logits: Sequence[float], views: Sequence[View]) -> tuple[float, ...]:
    """What one family's logits and the signs around them say, in the order of FEATURES.

    The first is a soft maximum of the logits, the length a logarithm of tens of passages; the signs are 0 or 1, and 0
    for a page of one passage, whose logit knows them already.
    """
    kept = [min(max(x, FLOOR), -FLOOR) for x in logits]
    cues = {name for view in views for kind in view.reading.kinds for name in kind}
    return (
        math.log(sum([math.exp(2 * x) for x in kept])) / 2,
        math.log1p(min(len(kept), LONGEST) / 10),
        *(float(sign in cues and len(kept) > 1) for sign in _SIGNS),
    )


def page_reasons(model: PageModel, logits: Sequence[float], views: Sequence[View]) -> tuple[Reason, ...]:
    """The parts of the page's logit, which they sum to; empty for a page without passages."""
    if not logits:
        return ()
    parts = zip(FEATURES, model.weights, page_features(logits, views), strict=True)
    return (*(Reason(name, weight * value) for name, weight, value in parts), Reason("base rate", model.intercept))


def page_probability(reasons: Sequence[Reason]) -> float:
    """The probability that a page with these reasons holds a finding of the family; 0 for a page without passages."""
    return sigmoid(sum(reason.weight for reason in reasons)) if reasons else 0.0


def at_prevalence(probability: float, prevalence: float) -> float:
    """The probability of a page model where this share of pages (between 0 and 1) violates."""
    kept = min(max(probability, 1e-9), 1 - 1e-9)
    shift = _log_odds(prevalence) - _log_odds(TRAINED_PREVALENCE)
    return sigmoid(_log_odds(kept) + shift)


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
