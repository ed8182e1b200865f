"""The scikit-learn pipeline: counts scaled by the root of the passage's length, one logistic head a target."""

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from classifier.features import View, char_features, cue_features, word_features
from classifier.labels import Family, Label

FAMILY_HEADS: tuple[Family | Label, ...] = tuple(Family)
LABEL_HEADS: tuple[Family | Label, ...] = tuple(Label)
Scores = NDArray[np.float64]
Targets = NDArray[np.int64]
BLOCKS = ("words", "chars", "cues")
_SCALES = {"words": 0.3, "chars": 0.3, "cues": 0.5}
_ANALYZERS: dict[str, Callable[[View], Sequence[str]]] = {
    "words": word_features,
    "chars": char_features,
    "cues": cue_features,
}
_MIN_ROWS = {"words": 3, "chars": 5, "cues": 3}


class LengthScaling(TransformerMixin, BaseEstimator):
    """Counts times inverse document frequency, over the square root of how many known features the passage has.

    Linear in the counts for a given length, so that a word's share of the score can be told exactly.
    """

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def fit(self, counts: sparse.csr_matrix, y: object = None) -> Self:
        """Learn the document frequencies of `counts` (rows x features)."""
        present = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.idf_ = np.log((1 + counts.shape[0]) / (1 + present)) + 1
        return self

    def transform(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """Scaled features, same shape."""
        length = np.asarray(counts.sum(axis=1)).ravel()
        rows = sparse.diags(self.scale / np.sqrt(np.maximum(length, 1)))
        return sparse.csr_matrix(rows @ counts @ sparse.diags(self.idf_))


class FlagScaling(TransformerMixin, BaseEstimator):
    """Flags times a constant: the weight cues have beside words under one regularisation."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def fit(self, flags: sparse.csr_matrix, y: object = None) -> Self:
        """Nothing to learn."""
        self.is_fitted_ = True
        return self

    def transform(self, flags: sparse.csr_matrix) -> sparse.csr_matrix:
        """Scaled flags, same shape."""
        return sparse.csr_matrix(flags * self.scale)


def build_features(blocks: Sequence[str]) -> FeatureUnion:
    """The feature blocks by name, side by side."""
    return FeatureUnion(
        [(block, Pipeline([("count", _counter(block)), ("scale", _scaling(block))])) for block in blocks]
    )


def fit_heads(
    matrix: sparse.csr_matrix, targets: Targets, weights: Scores, C: float = 3.0
) -> tuple[Scores, tuple[float, ...]]:
    """One logistic regression a column of `targets`: (features x heads) coefficients and the intercepts."""
    fitted = [
        LogisticRegression(C=C, max_iter=400, tol=1e-4).fit(matrix, targets[:, i], sample_weight=weights)
        for i in range(targets.shape[1])
    ]
    return np.vstack([head.coef_[0] for head in fitted]).T, tuple(float(head.intercept_[0]) for head in fitted)


def _counter(block: str) -> CountVectorizer:
    return CountVectorizer(analyzer=_ANALYZERS[block], min_df=_MIN_ROWS[block], dtype=np.float64)


def _scaling(block: str) -> LengthScaling | FlagScaling:
    return FlagScaling(_SCALES[block]) if block == "cues" else LengthScaling(_SCALES[block])
