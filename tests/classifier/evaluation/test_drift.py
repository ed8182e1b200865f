"""How far documents have moved: nothing for equal ones, much for others, against values worked out by hand."""

import math

import numpy as np
import pytest

from classifier.artifact import BlockWeights, Model
from classifier.evaluation.drift import MOVED, Population, drift, population, stability
from classifier.features import Viewer
from classifier.labels import Family
from classifier.policy import load_policy
from classifier.scorer import Scorer

VIEWER = Viewer(load_policy())
SALE, CLAIM = Family
HUNDRED = tuple(map(float, range(100)))


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """A model that knows one word: "kettle" speaks for a sale."""
    none = BlockWeights({}, np.zeros((0, 2), np.float32))
    words = BlockWeights({"kettle": 0}, np.array([[2.0, 0.0]], np.float32))
    return Scorer(Model((SALE, CLAIM), {"words": words, "chars": none, "cues": none}, (0.5, -1.0), {}, {}, {}))


def counted(logits: tuple[float, ...] = HUNDRED, unknown: float = 0.1, **features: int) -> Population:
    """A hundred passages of these counts."""
    return Population({SALE: logits, CLAIM: HUNDRED}, features, 100, unknown)


def test_equal_samples_have_not_moved() -> None:
    assert stability(HUNDRED, HUNDRED) == 0
    assert stability(HUNDRED, HUNDRED[::-1]) == 0


def test_a_sample_that_fell_into_the_first_tenth_by_hand() -> None:
    """One tenth rises from 0.1 to 1, nine fall from 0.1 to the smallest share."""
    moved = (1 - 0.1) * math.log(1 / 0.1) + 9 * (0.0001 - 0.1) * math.log(0.0001 / 0.1)
    assert stability(HUNDRED, [0.0] * 50) == pytest.approx(moved)
    assert moved > MOVED


def test_half_a_spread_moves_and_another_draw_of_the_same_does_not() -> None:
    draw = np.random.default_rng(3)
    before, again = draw.normal(size=2000).tolist(), draw.normal(size=2000).tolist()
    assert stability(before, [x + 1 for x in again]) > MOVED
    assert stability(before, again) < 0.1


def test_without_a_sample_nothing_is_said() -> None:
    assert stability((), HUNDRED) == stability(HUNDRED, ()) == 0


def test_a_population_counts_logits_features_and_unknown_words(scorer: Scorer) -> None:
    views = [VIEWER.view("The kettle stands"), VIEWER.view("The door")]
    made = population(views, scorer, frozenset({"the", "kettle"}))
    assert made.passages == 2
    assert made.logits == {SALE: (2.5, 0.5), CLAIM: (-1.0, -1.0)}
    assert made.unknown_words == pytest.approx(2 / 5)
    assert made.features["length:0"] == 2


def test_nothing_is_counted_of_nothing(scorer: Scorer) -> None:
    made = population([], scorer, frozenset())
    assert (made.passages, made.unknown_words, made.logits[SALE]) == (0, 0, ())


def test_equal_populations_have_not_moved() -> None:
    made = drift(counted(shop=40), counted(shop=40))
    assert made.scores == {SALE: 0, CLAIM: 0}
    assert made.features == (("shop", 0),)


def test_the_feature_that_moved_most_comes_first() -> None:
    made = drift(counted(clinic=50, shop=10, unknown=0.1), counted((1.0,) * 100, 0.3, clinic=50, shop=60))
    assert [name for name, _ in made.features] == ["shop", "clinic"]
    assert made.features[0][1] == pytest.approx(0.5 * math.log(6) - 0.5 * math.log(0.4 / 0.9))
    assert made.features[1][1] == 0
    assert made.scores[SALE] > MOVED
    assert made.scores[CLAIM] == 0
    assert made.unknown_words == (0.1, 0.3)


def test_ten_features_are_named_at_most() -> None:
    names = {f"f{i:02}": 5 * i for i in range(15)}
    assert [name for name, _ in drift(counted(), counted(**names)).features] == [f"f{i:02}" for i in range(14, 4, -1)]
