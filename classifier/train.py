"""Labelled rows to a model: grouped folds give honest scores and with them thresholds, all rows give the weights."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import FeatureUnion
from threadpoolctl import threadpool_limits

from classifier.artifact import BlockWeights, HeadCalibration, Model, PageModel
from classifier.compose import compose_pages
from classifier.dataset import Row, passage_files, read_rows
from classifier.entities import Role
from classifier.exceptions import DatasetInvalid
from classifier.exemptions import penalty
from classifier.features import Context, View, Viewer
from classifier.labels import Family, Label
from classifier.page import FLOOR, page_features, sigmoid
from classifier.pipeline import BLOCKS, FAMILY_HEADS, LABEL_HEADS, LengthScaling, build_features, build_heads
from classifier.policy import PolicyPack
from classifier.provenance import provenance

FOLDS = 5
REPORT_PRECISION = 0.90
REVIEW_RECALL = 0.95
# Kinds of page that never name the substance elsewhere; rows of other kinds stand on pages about it.
_UNRELATED_KINDS = frozenset(
    {"market_goods", "ordinary_shop", "tech_mail", "other", "sound_alike", "science_other", "pharmacy_listing"}
)
Progress = Callable[[str, int, int], None]
Scores = NDArray[np.float64]
Targets = NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """Out-of-fold logits (rows x heads) with their targets: what calibration and thresholds are read from."""

    heads: tuple[Family | Label, ...]
    logits: Scores
    targets: Targets


def train(folder: Path, pack: PolicyPack, progress: Progress) -> Model:
    """The model of the labelled data in `folder`; raises DatasetInvalid when a head has too few examples."""
    # Many small products: threads would wait for each other longer than they work, and sum in another order each time.
    with threadpool_limits(1):
        return _train(folder, pack, progress)


def _train(folder: Path, pack: PolicyPack, progress: Progress) -> Model:
    rows = read_rows(passage_files(folder))
    views = view_rows(rows, Viewer(pack))
    evidence = cross_validate(rows, views, progress)
    progress("fitting the model", FOLDS, FOLDS + 1)
    fitted = fit(views, evidence.targets)
    progress("fitting the model", FOLDS + 1, FOLDS + 1)
    calibrations = {
        head: _calibrate(evidence.logits[:, i], evidence.targets[:, i]) for i, head in enumerate(evidence.heads)
    }
    pages = {}
    for family in Family:
        calibration = calibrations[family]
        logits = calibration.slope * evidence.logits[:, evidence.heads.index(family)] + calibration.offset
        pairs = zip(rows, views, strict=True)
        logits -= [penalty(family, row.region, view, pack.written_on, pack) for row, view in pairs]
        pages[family] = _page_model(rows, logits, family)
    return Model(
        heads=tuple(str(head) for head in evidence.heads),
        blocks=fitted.blocks(),
        intercepts=fitted.intercepts,
        calibrations={str(head): c for head, c in calibrations.items()},
        pages={str(family): page for family, page in pages.items()},
        provenance=provenance(folder, pack),
    )


def view_rows(rows: Sequence[Row], viewer: Viewer) -> list[View]:
    """Views of rows; every second row is read as part of a page that names its subject, as it will be met in use."""
    views = []
    for row in rows:
        on_page = row.kind not in _UNRELATED_KINDS and hashlib.sha256(row.id.encode()).digest()[0] % 2 == 0
        roles = frozenset({Role.SUBJECT}) if on_page else frozenset()
        views.append(viewer.view(row.text, Context(row.lead_in, roles)))
    return views


def cross_validate(rows: Sequence[Row], views: Sequence[View], progress: Progress) -> Evidence:
    """Score every row by a model that saw no row of its group."""
    heads = (*FAMILY_HEADS, *LABEL_HEADS)
    targets = np.array([[int(row.holds(head)) for head in heads] for row in rows], dtype=np.int64)
    _refuse_scarcity(rows, heads)
    strata = targets[:, 0] * 2 + targets[:, 1]
    logits = np.zeros(targets.shape)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(strata, strata, [r.group for r in rows])
    for number, (seen, unseen) in enumerate(folds):
        progress("cross-validating", number, FOLDS + 1)
        fitted = fit([views[i] for i in seen], targets[seen])
        logits[unseen] = fitted.logits([views[i] for i in unseen])
    return Evidence(heads, logits, targets)


def _refuse_scarcity(rows: Sequence[Row], heads: Sequence[Family | Label]) -> None:
    """Groups are counted, for a fold takes or leaves a group as a whole."""
    scarce = [str(head) for head in heads if len({row.group for row in rows if row.holds(head)}) < 2 * FOLDS]
    if scarce:
        raise DatasetInvalid(
            f"Too few examples of {', '.join(scarce)}: each needs at least {2 * FOLDS} groups of rows."
        )


@dataclass(frozen=True)
class Fitted:
    """A fitted feature union with the coefficients of all heads, a block (features x heads) at a time."""

    features: FeatureUnion
    coefficients: dict[str, Scores]
    intercepts: tuple[float, ...]

    def logits(self, views: Sequence[View]) -> Scores:
        """Logits by scikit-learn's own transformers (views x heads)."""
        heads = len(self.intercepts)
        widened = [np.pad(c, ((0, 0), (0, heads - c.shape[1]))) for c in self.coefficients.values()]
        logits: Scores = self.features.transform(views) @ np.vstack(widened) + np.array(self.intercepts)
        return logits

    def blocks(self) -> dict[str, BlockWeights]:
        """The weights to export, with each feature's scaling folded in."""
        return {
            name: BlockWeights(
                _vocabulary(self.features, name), (c * _scale(self.features, name)[:, None]).astype(np.float32)
            )
            for name, c in self.coefficients.items()
        }


def fit(views: Sequence[View], targets: Targets) -> Fitted:
    """Fit all heads; label heads do without character grams, for they speak only where a family head has spoken."""
    features = build_features(BLOCKS)
    matrix = features.fit_transform(views)
    words, chars, cues = (len(_vocabulary(features, name)) for name in BLOCKS)
    families = len(FAMILY_HEADS)
    family_heads = build_heads().fit(matrix, targets[:, :families])
    plain = np.r_[0:words, words + chars : words + chars + cues]
    label_heads = build_heads().fit(matrix[:, plain], targets[:, families:])
    wide = np.vstack([e.coef_[0] for e in family_heads.estimators_]).T
    narrow = np.vstack([e.coef_[0] for e in label_heads.estimators_]).T
    coefficients = {
        "words": np.hstack([wide[:words], narrow[:words]]),
        "chars": wide[words : words + chars],
        "cues": np.hstack([wide[words + chars :], narrow[words:]]),
    }
    fitted_heads = (*family_heads.estimators_, *label_heads.estimators_)
    return Fitted(features, coefficients, tuple(float(e.intercept_[0]) for e in fitted_heads))


def _vocabulary(features: FeatureUnion, name: str) -> dict[str, int]:
    vocabulary: dict[str, int] = features.named_transformers[name]["count"].vocabulary_
    return {gram: int(row) for gram, row in vocabulary.items()}


def _scale(features: FeatureUnion, name: str) -> Scores:
    scaling = features.named_transformers[name]["scale"]
    if isinstance(scaling, LengthScaling):
        return np.asarray(scaling.idf_ * scaling.scale)
    return np.full(len(_vocabulary(features, name)), scaling.scale)


def _calibrate(logits: Scores, targets: Targets) -> HeadCalibration:
    fitted = LogisticRegression(C=1e6).fit(logits[:, None], targets)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    probabilities = np.array([sigmoid(slope * x + offset) for x in logits])
    review, report = thresholds(probabilities, targets)
    return HeadCalibration(slope, offset, review, report)


def thresholds(probabilities: Scores, targets: Targets) -> tuple[float, float]:
    """(review, report): the highest threshold with recall 0.95 or more, the lowest with precision 0.90 or more.

    `report` is kept between 0.3 and 0.95, and `review` never lies above it.
    """
    order = np.argsort(-probabilities, kind="stable")
    ordered = probabilities[order]
    # A threshold takes all rows of equal probability or none, so only the last of them is a place to cut.
    cuts = np.flatnonzero(np.append(ordered[1:] < ordered[:-1], True))
    hits = np.cumsum(targets[order])[cuts]
    precise = np.flatnonzero(hits / (cuts + 1) >= REPORT_PRECISION)
    report = float(ordered[cuts[precise[-1]]]) if len(precise) else 0.95
    review = float(ordered[cuts[np.flatnonzero(hits >= REVIEW_RECALL * hits[-1])[0]]])
    report = min(max(report, 0.3), 0.95)
    return min(review, report), report


def _page_model(rows: Sequence[Row], logits: Scores, family: Family) -> PageModel:
    pages = compose_pages(rows, family)
    features = np.array([page_features([float(logits[i]) for i in page.rows] + [FLOOR] * page.plain) for page in pages])
    targets = np.array([int(page.is_positive) for page in pages], dtype=np.int64)
    fitted = LogisticRegression(C=10.0).fit(features, targets)
    review, report = thresholds(fitted.predict_proba(features)[:, 1], targets)
    return PageModel(tuple(float(w) for w in fitted.coef_[0]), float(fitted.intercept_[0]), review, report)
