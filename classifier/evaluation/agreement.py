"""How far two labellers of the same passages agree: Krippendorff's alpha for nominal labels of two coders.

Source: K. Krippendorff, Content Analysis, chapter on reliability: alpha = 1 - observed / expected disagreement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from classifier.dataset import RowLabel, holds, read_records
from classifier.labels import Family, Label


class SecondLabels(BaseModel):
    """A row's first and second labels, and the final ones; `reason` says how a disagreement was settled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    labeller: str
    first: tuple[RowLabel, ...]
    second: tuple[RowLabel, ...]
    final: tuple[RowLabel, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha of one family or label, with the rows compared and how many each labeller called positive."""

    name: str
    alpha: float
    rows: int
    first: int
    second: int


def read_second_labels(folder: Path) -> tuple[SecondLabels, ...]:
    """All second labels of a labelled-data folder; raises DatasetInvalid."""
    return read_records(sorted((folder / "second_labels").glob("*.jsonl")), SecondLabels)


def agreement(labelled: Sequence[SecondLabels]) -> tuple[Agreement, ...]:
    """Families first (positive at severity medium or above), then labels (at any severity)."""
    targets: tuple[Family | Label, ...] = (*Family, *Label)
    return tuple(_agreement(labelled, target) for target in targets)


def alpha(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Krippendorff's alpha of two coders over binary labels, none missing; 1.0 where nothing varies."""
    values = [value for pair in pairs for value in pair]
    positive, total = sum(values), len(values)
    expected = 2 * positive * (total - positive) / (total * (total - 1)) if total > 1 else 0.0
    observed = sum(one is not other for one, other in pairs) / len(pairs) if pairs else 0.0
    return 1 - observed / expected if expected else 1.0


def _agreement(labelled: Sequence[SecondLabels], target: Family | Label) -> Agreement:
    pairs = [(holds(one.first, target), holds(one.second, target)) for one in labelled]
    return Agreement(str(target), alpha(pairs), len(pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs))
