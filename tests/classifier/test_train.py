"""Training gives the same bytes for the same rows, honest thresholds, and a sentence where rows are missing."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.artifact import Model
from classifier.calibration import balanced, thresholds
from classifier.exceptions import DatasetInvalid
from classifier.features import Viewer
from classifier.labels import Family, Label
from classifier.page import TRAINED_PREVALENCE, Form
from classifier.policy import load_policy
from classifier.provenance import provenance
from classifier.scorer import Scorer
from classifier.train import Progress, at_trained_prevalence, train
from tests.classifier import small_data

PACK = load_policy()
TRAIN = """
import sys
from pathlib import Path
from classifier import artifact, policy, train
artifact.save(train.train(Path(sys.argv[1]), policy.load_policy(), lambda *_: None), Path(sys.argv[2]))
"""
SILENT: Progress = lambda step, done, total: None  # noqa: E731


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small labelled-data folder."""
    return small_data.write(tmp_path_factory.mktemp("small"), small_data.rows(small_data.everything()))


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    """What is trained from it."""
    return train(folder, PACK, SILENT)


def test_the_model_has_every_head_and_says_what_it_was_made_from(folder: Path, model: Model) -> None:
    assert model.heads == tuple(map(str, (*Family, *Label)))
    assert set(model.calibrations) == set(model.heads)
    assert {form: set(of) for form, of in model.pages.items()} == {form: set(map(str, Family)) for form in Form}
    assert model.provenance == provenance(folder, PACK)


@pytest.mark.parametrize(("label", "saying"), small_data.SAYINGS.items())
def test_what_was_learned_is_recognised_in_a_new_sentence(model: Model, label: Label, saying: str) -> None:
    logits = Scorer(model).logits(Viewer(PACK).view(saying.format(77)))
    labels = {head: logits[place] for place, head in enumerate(model.heads) if head in set(Label)}
    assert max(labels, key=lambda head: labels[head]) == label


def test_two_processes_with_other_hash_seeds_train_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": seed}
        subprocess.run([sys.executable, "-c", TRAIN, str(folder), str(tmp_path / seed)], env=environment, check=True)
    for name in ("model.json", "weights.npz"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_progress_counts_up_to_the_end(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    train(folder, PACK, lambda step, done, total: told.append((done, total)))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)


@pytest.mark.parametrize("label", [Label.SUPERIORITY, Label.SHAM_DISCLAIMER])
def test_too_few_examples_of_a_label_are_named(tmp_path: Path, label: Label) -> None:
    sayings = [saying for saying in small_data.everything() if saying[0] is not label]
    with pytest.raises(DatasetInvalid, match=f"^Too few examples of {label}: each needs at least 10 groups of rows"):
        train(small_data.write(tmp_path / "data", small_data.rows(sayings)), PACK, SILENT)


def test_variants_of_one_example_do_not_make_many(tmp_path: Path) -> None:
    made = [
        {**row, "group": "one"} if "better" in str(row["text"]) else row
        for row in small_data.rows(small_data.everything())
    ]
    with pytest.raises(DatasetInvalid, match="Too few examples of superiority"):
        train(small_data.write(tmp_path / "data", iter(made)), PACK, SILENT)


def cut(probabilities: list[float], targets: list[int], ordinary: list[bool] | None = None) -> tuple[float, float]:
    """The thresholds of examples of equal weight."""
    said, true = np.array(probabilities), np.array(targets)
    return thresholds(said, true, np.ones(len(said)), np.array(ordinary or [True] * len(said)))


def test_thresholds_are_where_precision_and_recall_cross_their_marks() -> None:
    probabilities = [0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert cut(probabilities, [1, 1, 1, 1, 1, 0, 0]) == (0.6, 0.6)
    assert cut(probabilities, [1, 1, 0, 1, 1, 0, 1]) == (0.4, 0.9)


def test_hard_examples_count_for_recall_and_not_for_precision() -> None:
    probabilities = [0.9, 0.8, 0.7, 0.6, 0.35]
    assert cut(probabilities, [1, 0, 0, 1, 1], [True, False, False, True, False]) == (0.35, 0.6)


def test_an_example_counts_by_its_weight() -> None:
    said, true, all_of_them = np.array([0.9, 0.8, 0.7]), np.array([1, 0, 1]), np.array([True] * 3)
    assert thresholds(said, true, np.array([20.0, 1.0, 20.0]), all_of_them)[1] == 0.7
    assert thresholds(said, true, np.array([1.0, 20.0, 1.0]), all_of_them)[1] == 0.9


def test_rows_of_equal_probability_are_taken_or_left_together() -> None:
    assert cut([0.9, 0.6, 0.6, 0.6, 0.6], [1, 1, 0, 0, 0]) == (0.6, 0.9)


def test_no_threshold_lies_outside_its_bounds() -> None:
    assert cut([0.2, 0.1], [1, 1]) == (0.1, 0.3)
    assert cut([0.99, 0.98], [0, 1]) == (0.95, 0.95)
    assert cut([0.9, 0.8], [1, 0], [False, False]) == (0.9, 0.95)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60).filter(
        lambda r: any(y for _, y in r)
    )
)
@settings(deadline=None)
def test_thresholds_keep_what_they_promise(scored: list[tuple[int, bool]]) -> None:
    probabilities = np.array([p / 20 for p, _ in scored])
    targets = np.array([int(y) for _, y in scored])
    review, report = cut(list(probabilities), list(targets))
    assert 0 <= review <= report <= 0.95
    assert targets[probabilities >= review].sum() >= 0.95 * targets.sum()
    reported = targets[probabilities >= report]
    assert report in (0.3, 0.95) or reported.mean() >= 0.9


def test_cells_weigh_the_same_together() -> None:
    weights = balanced(["a", "a", "a", "b"])
    assert weights.sum() == pytest.approx(4)
    assert weights[:3].sum() == pytest.approx(weights[3])


def test_weights_meet_the_prevalence_that_page_models_are_fitted_to() -> None:
    targets = np.array([1, 0, 0, 0, 1, 0])
    weights = at_trained_prevalence(np.ones(6), targets)
    assert (weights * targets).sum() / weights.sum() == pytest.approx(TRAINED_PREVALENCE)
