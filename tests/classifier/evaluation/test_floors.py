"""Floors: which figures miss them, and that the file of floors can be used."""

from dataclasses import fields
from datetime import date

import pytest

from classifier.evaluation.floors import Floors, Shortfall, load_floors, shortfalls
from classifier.evaluation.metrics import Figures, Judged
from classifier.evaluation.report import Report, evaluate_set
from classifier.evaluation.run import HARD, ORDINARY, PAGES
from classifier.labels import Family

SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM


def judged(number: int, true: bool, probability: float) -> Judged:
    """An example labelled for sales alone, flagged from 0.5 on."""
    return Judged(
        id=str(number),
        group=str(number),
        kind="shop",
        language="en",
        text="text",
        truth={SALE: true},
        probability={SALE: probability, CLAIM: 0.0},
        flagged=frozenset({SALE} if probability >= 0.5 else ()),
    )


@pytest.fixture(scope="module")
def report() -> Report:
    """Of four violations three are flagged and nothing else: F1 6/7; every probability is off by 0.2."""
    examples = [judged(i, True, 0.8 if i < 3 else 0.2) for i in range(4)] + [
        judged(4 + i, False, 0.2) for i in range(3)
    ]
    return Report("m", {}, date(2026, 11, 16), (evaluate_set("made up", examples),))


def missed(report: Report, family: Family = SALE, name: str = "made up", **wanted: float) -> tuple[Shortfall, ...]:
    """The shortfalls of one family on one set."""
    floors: Floors = {name: {family: wanted}}
    return shortfalls(report, floors)


def test_a_figure_above_its_floor_is_no_shortfall(report: Report) -> None:
    assert missed(report, f1=0.85, recall=0.75, precision=1.0) == ()


def test_a_figure_below_its_floor_is_one_and_says_so(report: Report) -> None:
    (one,) = missed(report, f1=0.86, recall=0.75)
    assert (one.set_name, one.family, one.figure, one.floor) == ("made up", SALE, "f1", 0.86)
    assert one.value == pytest.approx(6 / 7)
    assert str(one) == "made up, illicit_sale: f1 is 0.857, the floor is 0.860"


def test_a_calibration_error_must_stay_below(report: Report) -> None:
    """Three of 0.8 that are all true, four of 0.2 of which one is: (3 * 0.2 + 4 * 0.05) / 7."""
    assert missed(report, calibration_error=0.12) == ()
    (one,) = missed(report, calibration_error=0.11)
    assert one.value == pytest.approx((3 * 0.2 + 4 * 0.05) / 7)


def test_a_figure_that_cannot_be_computed_misses_its_floor(report: Report) -> None:
    (one,) = missed(report, CLAIM, f1=0.1)
    assert one.value is None
    assert str(one) == "made up, unsupported_claim: f1 is not measured, the floor is 0.100"


def test_a_set_or_figure_that_is_not_in_the_report_misses_its_floor(report: Report) -> None:
    assert [one.value for one in missed(report, name="another", f1=0.1, calibration_error=0.9)] == [None, None]
    assert [one.value for one in missed(report, nonsense=0.1)] == [None]


def test_the_floors_name_sets_and_figures_that_exist() -> None:
    floors = load_floors()
    assert floors
    assert set(floors) <= {ORDINARY, HARD, PAGES}
    known = {field.name for field in fields(Figures)}
    for families in floors.values():
        for family, wanted in families.items():
            assert isinstance(family, Family)
            assert set(wanted) <= known
            assert all(0 < floor < 1 for floor in wanted.values())


def test_ordinary_passages_have_a_floor_in_each_family() -> None:
    assert set(load_floors()[ORDINARY]) == set(Family)
