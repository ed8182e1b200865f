"""A page's probability grows with its evidence, whatever its order, and no amount of other text silences it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import artifact
from classifier.artifact import PageModel
from classifier.labels import Family
from classifier.page import FEATURES, FLOOR, LONGEST, page_features, page_probability, sigmoid
from classifier.predictor import Predictor

MODEL = PageModel((1.0, -0.5), 0.2, 0.3, 0.7)
LOGITS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


@given(LOGITS)
@settings(deadline=None)
def test_features_are_finite_and_as_many_as_named(logits: list[float]) -> None:
    features = page_features(logits)
    assert len(features) == len(FEATURES)
    assert all(map(math.isfinite, features))


@given(LOGITS)
@settings(deadline=None)
def test_the_order_of_passages_does_not_count(logits: list[float]) -> None:
    assert page_features(sorted(logits)) == pytest.approx(page_features(logits))


@given(LOGITS, st.floats(0.1, 10))
@settings(deadline=None)
def test_stronger_passages_never_lower_the_probability(logits: list[float], more: float) -> None:
    stronger = [logits[0] + more, *logits[1:]]
    assert page_probability(MODEL, stronger) >= page_probability(MODEL, logits) - 1e-12


def test_a_page_without_passages_has_no_finding() -> None:
    assert page_probability(MODEL, []) == 0.0


def test_other_text_beyond_the_longest_page_drowns_nothing_further() -> None:
    offer = [5.0]
    longest = page_probability(MODEL, offer + [FLOOR] * (LONGEST - 1))
    assert page_probability(MODEL, offer + [FLOOR] * 100_000) == pytest.approx(longest, abs=0.01)


def test_logits_below_the_floor_say_no_more_than_the_floor() -> None:
    assert page_probability(MODEL, [-1e9, 2.0]) == pytest.approx(page_probability(MODEL, [FLOOR, 2.0]))


@pytest.mark.parametrize(("logit", "probability"), [(0.0, 0.5), (-800.0, 0.0), (800.0, 1.0), (math.log(3), 0.75)])
def test_the_sigmoid_stands_any_logit(logit: float, probability: float) -> None:
    assert sigmoid(logit) == pytest.approx(probability)


@pytest.mark.parametrize("family", list(Family))
def test_a_trained_page_model_rises_with_evidence_and_crosses_its_thresholds(
    predictor: Predictor, family: Family
) -> None:
    model: artifact.PageModel = predictor.model.pages[family]
    weak, strong = page_probability(model, [FLOOR] * 20), page_probability(model, [6.0] * 3 + [FLOOR] * 17)
    assert 0 <= weak < model.review <= model.report <= strong <= 1
