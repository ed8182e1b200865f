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
from classifier.heads import Calibrated, best_of
from classifier.labels import Family, Label
from classifier.page import FLOOR, LONGEST, TRAINED_PREVALENCE, Form, form_of, page_features
from classifier.pipeline import FAMILY_HEADS, LABEL_HEADS
from classifier.policy import PolicyPack
from classifier.provenance import provenance
from classifier.samples import Page, Sample, read_samples

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
    heads = tuple(map(str, evidence.heads))
    calibrations = {}
    for place, head in enumerate(evidence.heads):
        best = best_of(head, heads, evidence.logits) if isinstance(head, Family) else None
        calibrations[heads[place]] = calibrate(
            evidence.logits[:, place], best, evidence.targets[:, place], weights, ordinary
        )
    calibrated = Calibrated(heads, calibrations)(evidence.logits)
    pages: dict[str, dict[str, PageModel]] = {str(form): {} for form in Form}
    for family in Family:
        logits = calibrated[:, heads.index(family)]
        logits -= [sample.penalty(family, pack.written_on, pack) for sample in data.samples]
        for form in Form:
            pages[form][family] = _page_model(data.samples, _pages_of(form, data.pages, family), logits, family)
    return Model(
        heads=heads,
        blocks=fitted.blocks(),
        intercepts=fitted.intercepts,
        calibrations=calibrations,
        pages=pages,
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


def _pages_of(form: Form, pages: Sequence[Page], family: Family) -> Sequence[Page]:
    """The pages of a form; all of them where those of the form are too few to learn from."""
    found = [page for page in pages if form_of(len(page.samples)) is form]
    violating = sum(family in page.positive for page in found)
    return found if min(violating, len(found) - violating) >= 2 * FOLDS else pages


def _page_model(samples: Sequence[Sample], pages: Sequence[Page], logits: Scores, family: Family) -> PageModel:
    """Ordinary and hard rows and pages weigh the same, each of the four together."""
    features = np.array(
        [
            page_features([float(logits[i]) for i in page.samples], [samples[i].view for i in page.samples])
            for page in pages
        ]
    )
    targets = np.array([int(family in page.positive) for page in pages], dtype=np.int64)
    weights = at_trained_prevalence(balanced([(page.style, len(page.samples) == 1) for page in pages]), targets)
    fitted = LogisticRegression(C=1.0).fit(features, targets, sample_weight=weights)
    ordinary = np.array([page.style is Style.ORDINARY for page in pages])
    review, report = thresholds(fitted.predict_proba(features)[:, 1], targets, weights, ordinary)
    # Whatever the recall asks for, a page on which no passage says anything is clear.
    shortest = min(len(page.samples) for page in pages)
    silent = [page_features([FLOOR] * n, []) for n in range(shortest, LONGEST + 1)]
    review = max(review, float(np.nextafter(fitted.predict_proba(np.array(silent))[:, 1].max(), 1.0)))
    return PageModel(tuple(float(w) for w in fitted.coef_[0]), float(fitted.intercept_[0]), review, report)
