"""Labelled data to a model: grouped folds give honest scores and with them thresholds, all samples give the weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from classifier.artifact import Model, PageModel
from classifier.calibration import Scores, Targets, balanced, calibrate, thresholds
from classifier.dataset import Style
from classifier.exceptions import DatasetInvalid
from classifier.features import Viewer
from classifier.fitting import Counted, count, fit
from classifier.labels import Family, Label
from classifier.page import TRAINED_PREVALENCE, page_features
from classifier.pipeline import FAMILY_HEADS, LABEL_HEADS
from classifier.policy import PolicyPack
from classifier.provenance import provenance
from classifier.samples import Sample, Samples, read_samples

FOLDS = 5
# Whole pages are mostly plain text; all of it together shall not drown the rows.
_PLAIN_TEXT_WEIGHT = 0.25
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Evidence:
    """Out-of-fold logits (samples x heads) with their targets: what calibration and thresholds are read from."""

    heads: tuple[Family | Label, ...]
    logits: Scores
    targets: Targets


def train(folder: Path, pack: PolicyPack, progress: Progress) -> Model:
    """The model of the labelled data in `folder`; raises DatasetInvalid when a head has too few examples."""
    # Many small products: threads would wait for each other longer than they work, and sum in another order each time.
    with threadpool_limits(1):
        return _train(folder, pack, progress)


def _train(folder: Path, pack: PolicyPack, progress: Progress) -> Model:
    progress("reading the examples", 0, FOLDS + 2)
    data = read_samples(folder, Viewer(pack))
    counted = count(data.views)
    evidence = cross_validate(data.samples, counted, progress)
    progress("fitting the model", FOLDS + 1, FOLDS + 2)
    fitted = fit(counted, np.arange(len(data.samples)), evidence.targets, sample_weights(data.samples))
    progress("fitting the model", FOLDS + 2, FOLDS + 2)
    ordinary = np.array([sample.style is Style.ORDINARY for sample in data.samples])
    weights = balanced(list(ordinary))
    calibrations = {
        head: calibrate(evidence.logits[:, i], evidence.targets[:, i], weights, ordinary)
        for i, head in enumerate(evidence.heads)
    }
    pages = {}
    for family in Family:
        calibration = calibrations[family]
        logits = calibration.slope * evidence.logits[:, evidence.heads.index(family)] + calibration.offset
        logits -= [sample.penalty(family, pack.written_on, pack) for sample in data.samples]
        pages[family] = _page_model(data, logits, family)
    return Model(
        heads=tuple(str(head) for head in evidence.heads),
        blocks=fitted.blocks(),
        intercepts=fitted.intercepts,
        calibrations={str(head): c for head, c in calibrations.items()},
        pages={str(family): page for family, page in pages.items()},
        provenance=provenance(folder, pack),
    )


def cross_validate(samples: Sequence[Sample], counted: Counted, progress: Progress) -> Evidence:
    """Score every sample by a model that saw none of its group."""
    heads = (*FAMILY_HEADS, *LABEL_HEADS)
    targets = np.array([[int(sample.holds(head)) for head in heads] for sample in samples], dtype=np.int64)
    _refuse_scarcity(samples, heads)
    strata = targets[:, 0] * 2 + targets[:, 1]
    weights = sample_weights(samples)
    logits = np.zeros(targets.shape)
    groups = [sample.group for sample in samples]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(strata, strata, groups)
    for number, (seen, unseen) in enumerate(folds):
        progress("cross-validating", number + 1, FOLDS + 2)
        logits[unseen] = fit(counted, seen, targets, weights).logits_of(counted.matrix[unseen])
    return Evidence(heads, logits, targets)


def sample_weights(samples: Sequence[Sample]) -> Scores:
    """How much each sample counts in the fit: 1, less for the clean passages of pages."""
    return np.array([1.0 if s.is_row or s.labels else _PLAIN_TEXT_WEIGHT for s in samples])


def at_trained_prevalence(weights: Scores, targets: Targets) -> Scores:
    """The weights, with positives and negatives scaled so that the positives' share is TRAINED_PREVALENCE."""
    share = float((weights * targets).sum() / weights.sum())
    scaled: Scores = weights * np.where(
        targets == 1, TRAINED_PREVALENCE / share, (1 - TRAINED_PREVALENCE) / (1 - share)
    )
    return scaled


def _refuse_scarcity(samples: Sequence[Sample], heads: Sequence[Family | Label]) -> None:
    """Groups are counted, for a fold takes or leaves a group as a whole."""
    scarce = [str(head) for head in heads if len({s.group for s in samples if s.holds(head)}) < 2 * FOLDS]
    if scarce:
        raise DatasetInvalid(
            f"Too few examples of {', '.join(scarce)}: each needs at least {2 * FOLDS} groups of rows."
        )


def _page_model(data: Samples, logits: Scores, family: Family) -> PageModel:
    """Ordinary and hard rows and pages weigh the same, each of the four together."""
    features = np.array(
        [
            page_features([float(logits[i]) for i in page.samples], [data.samples[i].view for i in page.samples])
            for page in data.pages
        ]
    )
    targets = np.array([int(family in page.positive) for page in data.pages], dtype=np.int64)
    weights = at_trained_prevalence(balanced([(page.style, len(page.samples) == 1) for page in data.pages]), targets)
    fitted = LogisticRegression(C=1.0).fit(features, targets, sample_weight=weights)
    ordinary = np.array([page.style is Style.ORDINARY for page in data.pages])
    review, report = thresholds(fitted.predict_proba(features)[:, 1], targets, weights, ordinary)
    return PageModel(tuple(float(w) for w in fitted.coef_[0]), float(fitted.intercept_[0]), review, report)
