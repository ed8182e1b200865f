"""From passage evidence to a page: what a page model sees of one family's passage logits."""

import math
from collections.abc import Sequence

from classifier.artifact import PageModel

FEATURES = ("soft maximum", "length")
FLOOR = -6.0
"""Calibrated logits below this say no more than this."""
LONGEST = 80
"""Passages of the longest page the page model has learned from; more of them drown nothing further."""


def page_features(logits: Sequence[float]) -> tuple[float, ...]:
    """How strong the passages are together (a soft maximum of their logits), and the page's length (log of tens)."""
    squared_odds = sum(math.exp(2 * min(max(x, FLOOR), -FLOOR)) for x in logits)
    return (math.log(squared_odds) / 2 if squared_odds else FLOOR, math.log1p(min(len(logits), LONGEST) / 10))


def page_probability(model: PageModel, logits: Sequence[float]) -> float:
    """The probability that a page with these passages holds a finding of the family; 0 for a page without passages."""
    if not logits:
        return 0.0
    score = model.intercept + sum(w * x for w, x in zip(model.weights, page_features(logits), strict=True))
    return sigmoid(score)


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), without overflow."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
