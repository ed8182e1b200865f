"""The fast scorer gives what scikit-learn gives, and its explanation adds up to the score."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from classifier.artifact import Model, load
from classifier.explain import reasons_for
from classifier.features import Context, View, Viewer
from classifier.fitting import Fitted, count, fit
from classifier.labels import Family, Label
from classifier.policy import load_policy
from classifier.samples import Samples, read_samples
from classifier.scorer import Scorer, Share
from classifier.train import sample_weights

LABELLED_DATA = Path(__file__).parents[2] / "labeled_data"
HEADS = (*Family, *Label)
VIEWER = Viewer(load_policy())
ODD = ("", "!", "ketamine", "K3T4M1NE k e t a m i n e", "\u200b", "кетамин £5", "a " * 200, "💊" * 50)


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Every row and page of the labelled data as it is trained on."""
    return read_samples(LABELLED_DATA, VIEWER)


@pytest.fixture(scope="module")
def views() -> list[View]:
    """Every held-out row and the passages of the held-out pages, which no fit has seen."""
    return read_samples(LABELLED_DATA / "held_out", VIEWER).views


@pytest.fixture(scope="module")
def fitted(samples: Samples) -> Fitted:
    """The scikit-learn pipeline, fitted on all of them."""
    with threadpool_limits(1):
        targets = np.array([[int(sample.holds(head)) for head in HEADS] for sample in samples.samples])
        places = np.arange(len(samples.samples))
        return fit(count(samples.views), places, targets, sample_weights(samples.samples))


@pytest.fixture(scope="module")
def scorer(fitted: Fitted) -> Scorer:
    """The fast scorer of its exported weights."""
    return Scorer(Model(tuple(map(str, HEADS)), fitted.blocks(), fitted.intercepts, {}, {}, {}))


def scored(scorer: Scorer, views: list[View]) -> NDArray[np.float64]:
    """Logits (views x heads) of the fast scorer."""
    return np.array([scorer.logits(view) for view in views])


def test_every_held_out_passage_scores_as_in_scikit_learn(scorer: Scorer, fitted: Fitted, views: list[View]) -> None:
    assert np.abs(scored(scorer, views) - fitted.logits(views)).max() < 1e-6


def test_odd_texts_score_as_in_scikit_learn(scorer: Scorer, fitted: Fitted) -> None:
    views = [VIEWER.view(text, Context(lead_in)) for text in ODD for lead_in in ("", "Ketamine for sale")]
    # Two hundred words of one kind add up the rounding of their weights.
    np.testing.assert_allclose(scored(scorer, views), fitted.logits(views), rtol=1e-6, atol=1e-6)


def test_a_score_does_not_depend_on_what_was_scored_before(scorer: Scorer, views: list[View]) -> None:
    first = [scorer.logits(view).tolist() for view in views[:50]]
    fresh = [scorer.logits(view).tolist() for view in reversed(views[:50])]
    assert first == fresh[::-1]


def test_passages_scored_together_score_as_each_alone(scorer: Scorer, views: list[View]) -> None:
    fresh = [VIEWER.view(text) for text in ODD]
    together = scorer.score([*views[:50], *fresh])
    assert together.tolist() == [scorer.logits(view).tolist() for view in [*views[:50], *fresh]]
    assert scorer.score([]).shape == (0, len(HEADS))


def test_the_forms_that_are_scored_are_those_of_the_tokens(views: list[View]) -> None:
    for view in [*views, *(VIEWER.view(text) for text in (*ODD, "²x ½ 12ab ٣ 5mg, it's 'k'"))]:
        assert view.reading.forms == tuple(token.form for token in view.tokens)


def test_shares_add_up_to_the_logit(scorer: Scorer, views: list[View]) -> None:
    for view in [*views[::25], *(VIEWER.view(text) for text in ODD)]:
        logits = scorer.logits(view)
        for head in range(len(HEADS)):
            assert abs(sum(share.weight for share in scorer.shares(view, head)) - logits[head]) < 1e-9


def test_shares_name_the_words_as_they_are_read_and_the_flags(scorer: Scorer) -> None:
    view = VIEWER.view("Buy K3tamine now")
    names = [share.text for share in scorer.shares(view, 0)]
    assert names[:3] == ["buy", "ketamine", "now"]
    assert "names:subject" in names
    assert names[-1] == "base rate"


def test_reasons_are_the_strongest_words_for_and_then_against() -> None:
    shares = [Share(f"for {i}", i / 10) for i in range(1, 9)] + [Share(f"against {i}", -i / 10) for i in range(1, 9)]
    reasons = reasons_for([*shares, Share("base rate", 9.0), Share("hardly", 0.01)])
    assert [r.text for r in reasons] == [f"for {i}" for i in (8, 7, 6, 5, 4)] + [f"against {i}" for i in (8, 7, 6)]


def test_equal_words_are_added_up_and_flags_are_put_in_words() -> None:
    reasons = reasons_for([Share("buy", 0.2), Share("buy", 0.3), Share("cue:no_prescription", 0.4)])
    assert [(r.text, r.weight) for r in reasons] == [("buy", 0.5), ("wording: no prescription", 0.4)]


def test_the_trained_model_is_the_fit_of_all_rows(model_folder: Path, fitted: Fitted, views: list[View]) -> None:
    scorer = Scorer(load(model_folder))
    assert np.abs(scored(scorer, views[::25]) - fitted.logits(views[::25])).max() < 1e-6


def test_a_pair_of_cues_is_put_in_words() -> None:
    (reason,) = reasons_for([Share("names:subject & weak_hedge", 0.4)])
    assert reason.text == "names a subject together with weak hedge"
