"""How far one set of documents has moved from another: population stability of scores and features, unknown words."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.features import View, cue_features
from classifier.labels import Family
from classifier.scorer import Scorer

_BINS = 10
_SMALLEST = 1e-4
MOVED = 0.25
"""A population stability index from which on a set is commonly said to have moved; below 0.1 it has not."""


@dataclass(frozen=True, slots=True)
class Population:
    """What is counted of a set of passages: family logits, how often each cue feature stands, words the model knows."""

    logits: dict[Family, tuple[float, ...]]
    features: dict[str, int]
    passages: int
    unknown_words: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Stability indices of the scores (a family each) and of the ten features that moved most, and unknown words."""

    scores: dict[Family, float]
    features: tuple[tuple[str, float], ...]
    unknown_words: tuple[float, float]


def population(views: Iterable[View], scorer: Scorer, words: frozenset[str]) -> Population:
    """The counts of these passages; `words` is the model's vocabulary."""
    logits: dict[Family, list[float]] = {family: [] for family in Family}
    features: Counter[str] = Counter()
    known = unknown = passages = 0
    for view in views:
        passages += 1
        scores = scorer.logits(view)
        for family in Family:
            logits[family].append(float(scores[scorer.heads.index(family)]))
        features.update(set(cue_features(view)))
        for token in view.tokens:
            known, unknown = known + (token.form in words), unknown + (token.form not in words)
    return Population(
        {family: tuple(values) for family, values in logits.items()},
        dict(features),
        passages,
        unknown / max(1, known + unknown),
    )


def drift(before: Population, after: Population) -> Drift:
    """How far `after` has moved from `before`."""
    moved = []
    for name in set(before.features) | set(after.features):
        shares = [p.features.get(name, 0) / max(1, p.passages) for p in (before, after)]
        moved.append((name, _index([(shares[0], shares[1]), (1 - shares[0], 1 - shares[1])])))
    moved.sort(key=lambda one: (-one[1], one[0]))
    return Drift(
        {family: stability(before.logits[family], after.logits[family]) for family in Family},
        tuple(moved[:10]),
        (before.unknown_words, after.unknown_words),
    )


def stability(before: Sequence[float], after: Sequence[float]) -> float:
    """The population stability index of two samples over the tenths of the first; 0 for equal ones, no upper bound."""
    if not before or not after:
        return 0.0
    edges = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
    shares = [
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1) / len(values)
        for values in (before, after)
    ]
    return _index(list(zip(*map(list, shares), strict=True)))


def _index(shares: Sequence[tuple[float, float]]) -> float:
    total = 0.0
    for one, other in shares:
        a, b = max(one, _SMALLEST), max(other, _SMALLEST)
        total += (b - a) * math.log(b / a)
    return total
