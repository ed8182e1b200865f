"""The heads of a model side by side: a family's own logit, the best of its labels, and both calibrated."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.artifact import HeadCalibration
from classifier.labels import Family, Label

Logits = NDArray[np.float64]


def labels_of(family: Family, heads: Sequence[str]) -> list[int]:
    """Where the heads of a family's labels stand."""
    return [heads.index(label) for label in Label if label.family is family]


def best_of(family: Family, heads: Sequence[str], logits: Logits) -> Logits:
    """The highest logit of a family's labels; `logits` has one head a column."""
    best: Logits = logits[..., labels_of(family, heads)].max(axis=-1)
    return best


class Calibrated:
    """Turns logits (passages x heads) into those whose sigmoid is a probability."""

    def __init__(self, heads: Sequence[str], calibrations: Mapping[str, HeadCalibration]) -> None:
        self._slopes = np.array([calibrations[head].slope for head in heads])
        self._offsets = np.array([calibrations[head].offset for head in heads])
        self._supports = [
            (heads.index(family), labels_of(family, heads), calibrations[family].support) for family in Family
        ]

    def __call__(self, logits: Logits) -> Logits:
        """Calibrated logits, same shape."""
        found: Logits = logits * self._slopes + self._offsets
        for place, labels, support in self._supports:
            found[:, place] += support * logits[:, labels].max(axis=1)
        return found
