"""The evaluation report as data: what a model does on labelled sets, in figures that can be compared."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path

from classifier.evaluation.drift import Drift
from classifier.evaluation.metrics import (
    Bin,
    Figures,
    Judged,
    figures,
    precision_at_prevalence,
    precision_recall,
    reliability,
)
from classifier.evaluation.robustness import Cell
from classifier.evaluation.speed import Speed
from classifier.labels import Family, Label

PREVALENCES = (0.02, 0.20)
ERRORS_SHOWN = 12
_FEWEST_IN_A_PART = 8
_EXCERPT = 400


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One label: examples that carry it, found ones, and how many of those are right."""

    label: Label
    positives: int
    found: int
    right: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a reviewer would see if this share of pages were violations: the share of right flags."""

    prevalence: float
    precision: float | None


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Clean examples of a kind, and how many of 1,000 of them would be flagged."""

    kind: str
    clean: int
    per_thousand: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """An example judged wrong, with its probability and the beginning of its text."""

    id: str
    kind: str
    probability: float
    text: str


@dataclass(frozen=True)
class FamilyResult:
    """One family on one set."""

    figures: Figures
    curve: tuple[tuple[float, float], ...]
    reliability: tuple[Bin, ...]
    by_kind: dict[str, Figures]
    by_language: dict[str, Figures]
    traffic: tuple[Traffic, ...]
    false_alarms: tuple[FalseAlarms, ...]
    accused: tuple[Mistake, ...]
    missed: tuple[Mistake, ...]


@dataclass(frozen=True)
class SetResult:
    """One labelled set."""

    name: str
    examples: int
    families: dict[Family, FamilyResult]
    labels: tuple[LabelResult, ...]


@dataclass(frozen=True)
class Report:
    """Everything that was measured of one model; `promoted` holds the figures of the model in use, if there is one."""

    model: str
    provenance: dict[str, str]
    made_on: date
    sets: tuple[SetResult, ...]
    attacks: tuple[Cell, ...] = ()
    speed: Speed | None = None
    drift: dict[str, Drift] = field(default_factory=dict)
    promoted: dict[str, dict[Family, Figures]] = field(default_factory=dict)
    promoted_model: str = ""

    def save(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(plain(asdict(self)), indent=1, ensure_ascii=False) + "\n", "utf-8")


def evaluate_set(name: str, judged: Sequence[Judged]) -> SetResult:
    """The results of one set of judged examples."""
    return SetResult(name, len(judged), {family: _family(judged, family) for family in Family}, tuple(_labels(judged)))


def plain(value: object) -> object:
    """Dataclass dictionaries as JSON takes them: keys and enumerations as text, dates in ISO form."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return round(value, 5)
    return str(value) if isinstance(value, (Enum, date)) else value


def _family(judged: Sequence[Judged], family: Family) -> FamilyResult:
    used = [one for one in judged if family in one.truth]
    whole = figures(used, family)
    recall, alarms = whole.recall, whole.false_positive_rate
    wrong = [one for one in used if (family in one.flagged) is not one.truth[family]]
    return FamilyResult(
        figures=whole,
        curve=precision_recall(used, family),
        reliability=reliability(used, family),
        by_kind=_parts(used, family, lambda one: one.kind),
        by_language=_parts(used, family, lambda one: one.language),
        traffic=()
        if recall is None or alarms is None
        else tuple(Traffic(p, precision_at_prevalence(recall, alarms, p)) for p in PREVALENCES),
        false_alarms=tuple(_false_alarms(used, family)),
        accused=_mistakes((o for o in wrong if not o.truth[family]), family, strongest_first=True),
        missed=_mistakes((o for o in wrong if o.truth[family]), family, strongest_first=False),
    )


def _parts(judged: Sequence[Judged], family: Family, part: Callable[[Judged], str]) -> dict[str, Figures]:
    parts: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        parts[part(one)].append(one)
    return {name: figures(parts[name], family) for name in sorted(parts) if len(parts[name]) >= _FEWEST_IN_A_PART}


def _false_alarms(judged: Sequence[Judged], family: Family) -> list[FalseAlarms]:
    """Careful clinics first, then by how often a kind is accused."""
    clean: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        if not one.truth[family]:
            clean[one.kind].append(family in one.flagged)
    made = [
        FalseAlarms(kind, len(flags), 1000 * sum(flags) / len(flags))
        for kind, flags in clean.items()
        if len(flags) >= _FEWEST_IN_A_PART
    ]
    return sorted(made, key=lambda a: (a.kind != "clinic_careful", -a.per_thousand, a.kind))


def _mistakes(wrong: Iterable[Judged], family: Family, *, strongest_first: bool) -> tuple[Mistake, ...]:
    ordered = sorted(wrong, key=lambda one: one.probability[family], reverse=strongest_first)[:ERRORS_SHOWN]
    return tuple(Mistake(one.id, one.kind, one.probability[family], one.text[:_EXCERPT]) for one in ordered)


def _labels(judged: Sequence[Judged]) -> list[LabelResult]:
    results = []
    for label in Label:
        true = [one for one in judged if label in one.true_labels]
        found = [one for one in judged if label in one.found_labels]
        if true or found:
            right = sum(label in one.true_labels for one in found)
            results.append(LabelResult(label, len(true), len(found), right))
    return results
