"""A page's probability grows with its evidence, whatever its order, and its parts add up to it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.artifact import PageModel
from classifier.features import View, Viewer
from classifier.labels import Family
from classifier.page import (
    FEATURES,
    FLOOR,
    LONGEST,
    SHORT_PAGE,
    TRAINED_PREVALENCE,
    at_prevalence,
    page_features,
    page_models,
    page_probability,
    page_reasons,
    sigmoid,
)
from classifier.policy import load_policy
from classifier.predictor import Predictor

MODEL = PageModel((1.0, -0.5, -0.4, -0.3, -0.2, -0.1), 0.2, 0.3, 0.7)
VIEWER = Viewer(load_policy())
PLAIN = VIEWER.view("The kettle stands on the shelf beside the door")
DISCLOSING = VIEWER.view("This use is off-label and not FDA-approved")
LOGITS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)
PROBABILITIES = st.floats(0.001, 0.999)


def probability(model: PageModel, logits: list[float]) -> float:
    """The probability of a page of plain views."""
    return page_probability(page_reasons(model, logits, plain(logits)))


def plain(logits: list[float]) -> list[View]:
    """As many views as there are logits, of a text that says nothing."""
    return [PLAIN] * len(logits)


@given(LOGITS)
@settings(deadline=None)
def test_features_are_finite_and_as_many_as_named(logits: list[float]) -> None:
    features = page_features(logits, plain(logits))
    assert len(features) == len(FEATURES)
    assert all(map(math.isfinite, features))


@given(LOGITS)
@settings(deadline=None)
def test_the_order_of_passages_does_not_count(logits: list[float]) -> None:
    assert page_features(sorted(logits), plain(logits)) == pytest.approx(page_features(logits, plain(logits)))


@given(LOGITS, st.floats(0.1, 10))
@settings(deadline=None)
def test_stronger_passages_never_lower_the_probability(logits: list[float], more: float) -> None:
    stronger = [logits[0] + more, *logits[1:]]
    before = probability(MODEL, logits)
    assert probability(MODEL, stronger) >= before - 1e-12


@given(LOGITS)
@settings(deadline=None)
def test_reasons_add_up_to_the_page(logits: list[float]) -> None:
    reasons = page_reasons(MODEL, logits, plain(logits))
    features = page_features(logits, plain(logits))
    logit = MODEL.intercept + sum(w * x for w, x in zip(MODEL.weights, features, strict=True))
    assert sum(reason.weight for reason in reasons) == pytest.approx(logit, abs=1e-9)
    assert page_probability(reasons) == pytest.approx(sigmoid(logit))


def test_a_page_without_passages_has_no_finding() -> None:
    assert probability(MODEL, []) == 0.0
    assert page_reasons(MODEL, [], []) == ()


def test_other_text_beyond_the_longest_page_drowns_nothing_further() -> None:
    longest = [5.0] + [FLOOR] * (LONGEST - 1)
    longer = [5.0] + [FLOOR] * 100_000
    assert probability(MODEL, longer) == pytest.approx(probability(MODEL, longest), abs=0.01)


def test_logits_below_the_floor_say_no_more_than_the_floor() -> None:
    low, floor = [-1e9, 2.0], [FLOOR, 2.0]
    assert probability(MODEL, low) == pytest.approx(probability(MODEL, floor))


def test_a_sign_counts_on_a_page_and_not_for_a_passage_alone() -> None:
    sign = FEATURES.index("a sign of disclosure")
    assert page_features([1.0, 1.0], [PLAIN, DISCLOSING])[sign] == 1
    assert page_features([1.0], [DISCLOSING])[sign] == 0


@pytest.mark.parametrize(("logit", "probability"), [(0.0, 0.5), (-800.0, 0.0), (800.0, 1.0), (math.log(3), 0.75)])
def test_the_sigmoid_stands_any_logit(logit: float, probability: float) -> None:
    assert sigmoid(logit) == pytest.approx(probability)


@given(PROBABILITIES)
@settings(deadline=None)
def test_the_prevalence_a_model_was_fitted_to_changes_nothing(probability: float) -> None:
    assert at_prevalence(probability, TRAINED_PREVALENCE) == pytest.approx(probability)


@given(PROBABILITIES, st.floats(0.02, 0.98), st.floats(0.005, 0.01))
@settings(deadline=None)
def test_the_rarer_violations_are_the_less_likely_one_is(probability: float, common: float, less: float) -> None:
    assert at_prevalence(probability, common) > at_prevalence(probability, common - less)


def test_bayes_gives_the_corrected_probability() -> None:
    odds = 0.8 / 0.2 * (0.02 / 0.98) / (TRAINED_PREVALENCE / (1 - TRAINED_PREVALENCE))
    assert at_prevalence(0.8, 0.02) == pytest.approx(odds / (1 + odds))


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("passages", [SHORT_PAGE, SHORT_PAGE + 1])
def test_a_trained_page_model_rises_with_evidence_and_crosses_its_thresholds(
    predictor: Predictor, passages: int, family: Family
) -> None:
    model = page_models(predictor.model, passages)[family]
    weak, strong = [FLOOR] * passages, [6.0] * 3 + [FLOOR] * (passages - 3)
    low, high = probability(model, weak), probability(model, strong)
    assert 0 <= low < model.review <= model.report <= high <= 1
