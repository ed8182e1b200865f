"""The heads of a model side by side: a family's own logit, the best of its labels, and both calibrated."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.artifact import HeadCalibration
from classifier.labels import Family, Label

Logits = NDArray[np.float64]


def best_of(family: Family, heads: Sequence[str], logits: Logits) -> Logits:
    """The highest logit of a family's labels; `logits` has one head a column."""
    best: Logits = logits[..., [heads.index(label) for label in Label if label.family is family]].max(axis=-1)
    return best


class Calibrated:
    """Turns logits (… x heads) into those whose sigmoid is a probability."""

    def __init__(self, heads: Sequence[str], calibrations: Mapping[str, HeadCalibration]) -> None:
        self._heads = tuple(heads)
        self._slopes = np.array([calibrations[head].slope for head in heads])
        self._offsets = np.array([calibrations[head].offset for head in heads])
        self._supports = [(family, heads.index(family), calibrations[family].support) for family in Family]

    def __call__(self, logits: Logits) -> Logits:
        """Calibrated logits, same shape."""
        found: Logits = logits * self._slopes + self._offsets
        for family, place, support in self._supports:
            found[..., place] += support * best_of(family, self._heads, logits)
        return found
