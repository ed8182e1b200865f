"""From out-of-fold logits to probabilities one can rely on, and to the thresholds at which the product speaks."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifier.artifact import HeadCalibration
from classifier.page import sigmoid

REPORT_PRECISION = 0.90
REVIEW_RECALL = 0.95
Scores = NDArray[np.float64]
Targets = NDArray[np.int64]
Mask = NDArray[np.bool_]


def balanced(cells: Sequence[Hashable]) -> Scores:
    """Weights that give every cell the same say, 1 on average."""
    counts = Counter(cells)
    return np.array([len(cells) / (len(counts) * counts[cell]) for cell in cells])


def calibrate(
    logits: Scores, best: Scores | None, targets: Targets, weights: Scores, ordinary: Mask
) -> HeadCalibration:
    """Sigmoid calibration of one head on out-of-fold logits, with its thresholds; `best` is given for families."""
    columns = logits[:, None] if best is None else np.column_stack([logits, best])
    fitted = LogisticRegression(C=1e6).fit(columns, targets, sample_weight=weights)
    probabilities = np.array([sigmoid(x) for x in fitted.decision_function(columns)])
    review, report = thresholds(probabilities, targets, weights, ordinary)
    return HeadCalibration(
        slope=float(fitted.coef_[0, 0]),
        support=0.0 if best is None else float(fitted.coef_[0, 1]),
        offset=float(fitted.intercept_[0]),
        review=review,
        report=report,
    )


def thresholds(probabilities: Scores, targets: Targets, weights: Scores, ordinary: Mask) -> tuple[float, float]:
    """(review, report): the highest threshold with recall 0.95 or more over all examples, hard ones too, and the lowest
    with precision 0.90 or more over ordinary ones, which are what is met; each example counts by its weight.

    `report` is kept between 0.3 and 0.95, and `review` never lies above it.
    """
    cuts, hits, _ = _counts(probabilities, targets, weights)
    review = float(cuts[np.flatnonzero(hits >= REVIEW_RECALL * hits[-1])[0]]) if hits[-1] else 0.0
    cuts, hits, flagged = _counts(probabilities[ordinary], targets[ordinary], weights[ordinary])
    precise = cuts[hits >= REPORT_PRECISION * flagged] if len(cuts) and hits[-1] else cuts[:0]
    report = min(max(float(precise[-1]) if len(precise) else 0.95, 0.3), 0.95)
    return min(review, report), report


def _counts(probabilities: Scores, targets: Targets, weights: Scores) -> tuple[Scores, Scores, Scores]:
    """Thresholds from high to low, each with the weight of positives and of all examples at or above it."""
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    # A threshold takes all examples of equal probability or none, so only the last of them is a place to cut.
    ends = np.flatnonzero(np.append(ordered[1:] < ordered[:-1], True)) if len(ordered) else np.array([], dtype=int)
    return ordered[ends], np.cumsum((targets * weights)[order])[ends], np.cumsum(weights[order])[ends]
