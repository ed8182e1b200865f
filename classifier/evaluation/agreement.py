"""How far two labellers of the same passages agree: Krippendorff's alpha for nominal labels of two coders.

Source: K. Krippendorff, Content Analysis, chapter on reliability: alpha = 1 - observed / expected disagreement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from classifier.dataset import RowLabel, holds, read_records
from classifier.labels import Family, Label, Severity


class SecondLabels(BaseModel):
    """A row's first and second labels, and the final ones; `reason` says how a disagreement was settled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    labeller: str
    first: tuple[RowLabel, ...]
    second: tuple[RowLabel, ...]
    final: tuple[RowLabel, ...]
    reason: str


class SecondAnswers(BaseModel):
    """The worst severity of each family on a whole page, as first, second and final answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    labeller: str
    first: dict[Family, Severity]
    second: dict[Family, Severity]
    final: dict[Family, Severity]
    reason: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha of one family or label, with the examples compared and how many each labeller called positive."""

    name: str
    alpha: float
    examples: int
    first: int
    second: int


def read_second_labels(folder: Path) -> tuple[SecondLabels, ...]:
    """All second labels of a labelled-data folder; raises DatasetInvalid."""
    return read_records(sorted((folder / "second_labels").glob("*.jsonl")), SecondLabels)


def read_second_answers(folder: Path) -> tuple[SecondAnswers, ...]:
    """All second answers on pages of a labelled-data folder; raises DatasetInvalid."""
    return read_records(sorted((folder / "second_labels" / "pages").glob("*.jsonl")), SecondAnswers)


def agreement(labelled: Sequence[SecondLabels]) -> tuple[Agreement, ...]:
    """Families first (positive at severity medium or above), then labels (at any severity)."""
    targets: tuple[Family | Label, ...] = (*Family, *Label)
    return tuple(
        _agreement(str(target), [(holds(one.first, target), holds(one.second, target)) for one in labelled])
        for target in targets
    )


def agreement_on_pages(answered: Sequence[SecondAnswers]) -> tuple[Agreement, ...]:
    """Families, positive at severity medium or above."""
    return tuple(
        _agreement(
            str(family), [(_is_violation(one.first[family]), _is_violation(one.second[family])) for one in answered]
        )
        for family in Family
    )


def alpha(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Krippendorff's alpha of two coders over binary labels, none missing; 1.0 where nothing varies."""
    values = [value for pair in pairs for value in pair]
    positive, total = sum(values), len(values)
    expected = 2 * positive * (total - positive) / (total * (total - 1)) if total > 1 else 0.0
    observed = sum(one is not other for one, other in pairs) / len(pairs) if pairs else 0.0
    return 1 - observed / expected if expected else 1.0


def _is_violation(severity: Severity) -> bool:
    return severity.rank >= Severity.MEDIUM.rank


def _agreement(name: str, pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    return Agreement(name, alpha(pairs), len(pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs))
