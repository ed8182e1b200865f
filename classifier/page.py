"""From passage evidence to a page: what a page model sees of one family's passage logits."""

import math
from collections.abc import Sequence

from classifier.artifact import PageModel

FEATURES = ("strongest", "second", "length")
FLOOR = -6.0
"""Calibrated logits below this say no more than this."""


def page_features(logits: Sequence[float]) -> tuple[float, ...]:
    """The two strongest calibrated logits of a family, and how long the page is (logarithm of tens of passages)."""
    strongest = sorted((max(FLOOR, x) for x in logits), reverse=True)[:2]
    strongest += [FLOOR] * (2 - len(strongest))
    return (strongest[0], strongest[1], math.log1p(len(logits) / 10))


def page_probability(model: PageModel, logits: Sequence[float]) -> float:
    """The probability that a page with these passages holds a finding of the family; 0 for a page without passages."""
    if not logits:
        return 0.0
    score = model.intercept + sum(w * x for w, x in zip(model.weights, page_features(logits), strict=True))
    return sigmoid(score)


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
