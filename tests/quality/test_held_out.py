"""The held-out examples and their floors are pinned, and the model reaches the floors on those examples.

Whoever changes an example or a floor changes a constant here, where it is seen in review.
"""

from datetime import date
from pathlib import Path

import pytest

from classifier.dataset import digest_of, passage_files
from classifier.evaluation.floors import load_floors, shortfalls
from classifier.evaluation.report import Report, evaluate_set
from classifier.evaluation.run import read_held_out
from classifier.labelled_pages import page_files
from classifier.labels import Family
from classifier.predictor import Predictor

LABELLED_DATA = Path(__file__).parents[2] / "labeled_data"
HELD_OUT = LABELLED_DATA / "held_out"
AS_OF = date(2026, 11, 16)
DIGEST = "5ac06e83f4df0bd03d55acb59c5435e5cee3675d4408ec5bac15c99b3f5028d7"
FLOORS = {
    "held-out passages": {
        Family.ILLICIT_SALE: {"average_precision": 0.95, "f1": 0.87, "calibration_error": 0.08},
        Family.UNSUPPORTED_CLAIM: {"average_precision": 0.94, "f1": 0.85, "calibration_error": 0.06},
    },
    "held-out hard passages": {
        Family.ILLICIT_SALE: {"average_precision": 0.72},
        Family.UNSUPPORTED_CLAIM: {"average_precision": 0.77},
    },
}


@pytest.fixture(scope="module")
def report(predictor: Predictor) -> Report:
    """This checkout's model on the held-out examples."""
    judged = read_held_out(LABELLED_DATA).judge(predictor, AS_OF)
    sets = tuple(evaluate_set(name, examples) for name, examples in judged.items())
    return Report(predictor.model.digest, dict(predictor.model.provenance), AS_OF, sets)


def test_the_held_out_examples_are_the_pinned_ones() -> None:
    assert digest_of((*passage_files(HELD_OUT), *page_files(HELD_OUT))) == DIGEST


def test_the_floors_are_the_pinned_ones() -> None:
    assert load_floors() == FLOORS


def test_the_model_reaches_every_floor(report: Report) -> None:
    assert [str(one) for one in shortfalls(report, load_floors())] == []


def test_what_has_a_floor_was_measured_on_enough_examples(report: Report) -> None:
    """A floor over a handful of examples would say nothing."""
    results = {one.name: one for one in report.sets}
    for name, families in load_floors().items():
        for family in families:
            figures = results[name].families[family].figures
            assert min(figures.positives, figures.count - figures.positives) >= 10
