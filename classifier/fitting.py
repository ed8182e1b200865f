"""All heads fitted on counted features with scikit-learn, and their weights as they are exported."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.pipeline import FeatureUnion

from classifier.artifact import BlockWeights
from classifier.features import View
from classifier.pipeline import BLOCKS, FAMILY_HEADS, LengthScaling, build_features, fit_heads

Scores = NDArray[np.float64]
Targets = NDArray[np.int64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Counted:
    """Samples as scaled feature counts (samples x features), the blocks side by side.

    Folds share one count: which words exist says nothing of the labels, and counting is most of the work.
    """

    features: FeatureUnion
    matrix: sparse.csr_matrix

    @cached_property
    def widths(self) -> tuple[int, int, int]:
        """Features of each block, in the order of BLOCKS."""
        words, chars, cues = (len(_vocabulary(self.features, name)) for name in BLOCKS)
        return words, chars, cues


@dataclass(frozen=True)
class Fitted:
    """Coefficients of all heads, a block (features x heads) at a time; character grams serve the family heads alone."""

    features: FeatureUnion
    coefficients: dict[str, Scores]
    intercepts: tuple[float, ...]

    def logits(self, views: Sequence[View]) -> Scores:
        """Logits by scikit-learn's own transformers (views x heads)."""
        return self.logits_of(self.features.transform(views))

    def logits_of(self, matrix: sparse.csr_matrix) -> Scores:
        """Logits of counted samples (samples x heads)."""
        heads = len(self.intercepts)
        widened = [np.pad(c, ((0, 0), (0, heads - c.shape[1]))) for c in self.coefficients.values()]
        logits: Scores = matrix @ np.vstack(widened) + np.array(self.intercepts)
        return logits

    def blocks(self) -> dict[str, BlockWeights]:
        """The weights to export, with each feature's scaling folded in."""
        return {
            name: BlockWeights(
                _vocabulary(self.features, name), (c * _scale(self.features, name)[:, None]).astype(np.float32)
            )
            for name, c in self.coefficients.items()
        }


def count(views: Sequence[View]) -> Counted:
    """Count and scale the features of all views."""
    features = build_features(BLOCKS)
    return Counted(features, sparse.csr_matrix(features.fit_transform(views)))


def fit(counted: Counted, places: Places, targets: Targets, weights: Scores) -> Fitted:
    """Fit all heads on the samples at `places`; `targets` (all samples x heads) and `weights` (all samples).

    Label heads do without character grams, for they speak only where a family head has spoken.
    """
    words, chars, cues = counted.widths
    families = len(FAMILY_HEADS)
    matrix, said, weight = counted.matrix[places], targets[places], weights[places]
    plain = matrix[:, np.r_[0:words, words + chars : words + chars + cues]]
    wide, wide_intercepts = fit_heads(matrix, said[:, :families], weight)
    narrow, narrow_intercepts = fit_heads(plain, said[:, families:], weight)
    coefficients = {
        "words": np.hstack([wide[:words], narrow[:words]]),
        "chars": wide[words : words + chars],
        "cues": np.hstack([wide[words + chars :], narrow[words:]]),
    }
    return Fitted(counted.features, coefficients, (*wide_intercepts, *narrow_intercepts))


def _vocabulary(features: FeatureUnion, name: str) -> dict[str, int]:
    vocabulary: dict[str, int] = features.named_transformers[name]["count"].vocabulary_
    return {gram: int(row) for gram, row in vocabulary.items()}


def _scale(features: FeatureUnion, name: str) -> Scores:
    scaling = features.named_transformers[name]["scale"]
    if isinstance(scaling, LengthScaling):
        return np.asarray(scaling.idf_ * scaling.scale)
    return np.full(len(_vocabulary(features, name)), scaling.scale)
