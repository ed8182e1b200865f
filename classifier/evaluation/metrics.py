"""Figures of judged examples: ranking, decisions, calibration, and how sure one can be of them."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from classifier.labels import Family

ROUNDS = 300
_BINS = 10
_CURVE_POINTS = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One example with what it is (`truth`, missing where it was not labelled) and what was said of it."""

    id: str
    group: str
    kind: str
    language: str
    text: str
    truth: dict[Family, bool]
    probability: dict[Family, float]
    flagged: frozenset[Family]
    true_labels: frozenset[str] = frozenset()
    found_labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval over groups."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One family on one set; a figure that cannot be computed (no positives, no negatives) is None."""

    count: int
    positives: int
    average_precision: Interval | None
    precision: float | None
    recall: float | None
    f1: Interval | None
    recall_at_1: float | None
    false_positive_rate: float | None
    calibration_error: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the reliability diagram: mean probability said, share that was true, examples."""

    said: float
    true: float
    count: int


def figures(judged: Iterable[Judged], family: Family) -> Figures:
    """The figures of a family over the examples that are labelled for it."""
    used = [one for one in judged if family in one.truth]
    truth = [one.truth[family] for one in used]
    positives = sum(truth)
    both = 0 < positives < len(used)
    decisions = [(family in one.flagged, one.truth[family]) for one in used]
    precision, recall, _ = _decision(decisions)
    clean = [flag for flag, true in decisions if not true]
    return Figures(
        count=len(used),
        positives=positives,
        average_precision=_interval(used, lambda s: average_precision(s, family)) if both else None,
        precision=precision,
        recall=recall if positives else None,
        f1=_interval(used, lambda s: _decision([(family in o.flagged, o.truth[family]) for o in s])[2])
        if positives
        else None,
        recall_at_1=recall_at(used, family, 0.01) if both else None,
        false_positive_rate=sum(clean) / len(clean) if clean else None,
        calibration_error=calibration_error(used, family),
    )


def average_precision(judged: Sequence[Judged], family: Family) -> float | None:
    """Average precision; None without a positive."""
    truth = [one.truth[family] for one in judged]
    if not any(truth):
        return None
    return float(average_precision_score(truth, [one.probability[family] for one in judged]))


def recall_at(judged: Sequence[Judged], family: Family, rate: float) -> float | None:
    """Recall at the threshold that lets at most this share of the clean examples through."""
    clean = sorted((o.probability[family] for o in judged if not o.truth[family]), reverse=True)
    positive = [o.probability[family] for o in judged if o.truth[family]]
    if not clean or not positive:
        return None
    cut = clean[min(int(rate * len(clean)), len(clean) - 1)]
    return sum(p > cut for p in positive) / len(positive)


def calibration_error(judged: Sequence[Judged], family: Family) -> float | None:
    """Expected calibration error over ten bins; None without examples."""
    bins = reliability(judged, family)
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.said - b.true) for b in bins) / total if total else None


def reliability(judged: Iterable[Judged], family: Family) -> tuple[Bin, ...]:
    """The reliability diagram: ten bins of equal width, empty ones left out."""
    cells: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one in judged:
        if family in one.truth:
            p = one.probability[family]
            cells[min(_BINS - 1, int(p * _BINS))].append((p, one.truth[family]))
    return tuple(
        Bin(sum(p for p, _ in cell) / len(cell), sum(t for _, t in cell) / len(cell), len(cell))
        for _, cell in sorted(cells.items())
    )


def precision_recall(judged: Iterable[Judged], family: Family) -> tuple[tuple[float, float], ...]:
    """Points (recall, precision) of the curve, at most a few hundred; empty without positives."""
    used = [one for one in judged if family in one.truth]
    truth = [one.truth[family] for one in used]
    if not any(truth):
        return ()
    precision, recall, _ = precision_recall_curve(truth, [one.probability[family] for one in used])
    places = np.unique(np.linspace(0, len(recall) - 1, _CURVE_POINTS).astype(int))
    return tuple((float(recall[i]), float(precision[i])) for i in places)


def precision_at_prevalence(recall: float, false_positive_rate: float, prevalence: float) -> float | None:
    """The share of flags that would be right if this share of all pages were violations."""
    hits, alarms = recall * prevalence, false_positive_rate * (1 - prevalence)
    return hits / (hits + alarms) if hits + alarms else None


def _decision(pairs: Sequence[tuple[bool, bool]]) -> tuple[float | None, float, float]:
    """(precision, recall, F1) of flag and truth; precision is None where nothing was flagged."""
    hit = sum(flag and true for flag, true in pairs)
    flagged = sum(flag for flag, _ in pairs)
    positives = sum(true for _, true in pairs)
    f1 = 2 * hit / (flagged + positives) if flagged + positives else 0.0
    return hit / flagged if flagged else None, hit / positives if positives else 0.0, f1


def _interval(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float | None]) -> Interval | None:
    value = figure(judged)
    if value is None:
        return None
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[one.group].append(one)
    draw = random.Random(0)  # noqa: S311 - a resample, not a secret
    names = list(groups)
    values = []
    for _ in range(ROUNDS):
        sample = [one for name in draw.choices(names, k=len(names)) for one in groups[name]]
        resampled = figure(sample)
        if resampled is not None:
            values.append(resampled)
    values.sort()
    return Interval(value, values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]) if values else None
