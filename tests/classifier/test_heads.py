"""A family's calibrated logit rests on its own head and on the best of its labels, a label's on itself alone."""

import numpy as np
import pytest

from classifier.artifact import HeadCalibration
from classifier.heads import Calibrated, best_of
from classifier.labels import Family, Label

HEADS = tuple(map(str, (*Family, *Label)))
CALIBRATIONS = {
    head: HeadCalibration(
        slope=1 + place / 10, support=0.5 if place < 2 else 0.0, offset=-place / 7, review=0.1, report=0.9
    )
    for place, head in enumerate(HEADS)
}


@pytest.mark.parametrize("passages", [0, 1, 3])
def test_calibrated_logits(passages: int) -> None:
    logits = np.random.default_rng(1).normal(size=(passages, len(HEADS)))
    before = logits.copy()
    found = Calibrated(HEADS, CALIBRATIONS)(logits)
    assert found.shape == logits.shape
    for place, head in enumerate(HEADS):
        given = CALIBRATIONS[head]
        expected = given.slope * logits[..., place] + given.offset
        if head in set(Family):
            labels = [logits[..., HEADS.index(label)] for label in Label if label.family == head]
            expected = expected + 0.5 * np.max(labels, axis=0)
        assert found[..., place] == pytest.approx(expected)
    assert (logits == before).all()


def test_the_best_label_is_one_of_the_family() -> None:
    logits = np.zeros(len(HEADS))
    logits[HEADS.index(Label.SALE_OFFER)] = 3
    assert best_of(Family.ILLICIT_SALE, HEADS, logits) == 3
    assert best_of(Family.UNSUPPORTED_CLAIM, HEADS, logits) == 0
