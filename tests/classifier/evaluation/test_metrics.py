"""The figures of judged examples, against values worked out by hand."""

from collections.abc import Iterable

import pytest

from classifier.evaluation.metrics import (
    Bin,
    Interval,
    Judged,
    average_precision,
    calibration_error,
    figures,
    precision_at_prevalence,
    precision_recall,
    recall_at,
    reliability,
)
from classifier.labels import Family

SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM


def judged(true: bool | None, probability: float = 0.5, *, flagged: bool = False, group: str = "one") -> Judged:
    """An example labelled for sales alone, or for nothing."""
    return Judged(
        id="1",
        group=group,
        kind="shop",
        language="en",
        text="text",
        truth={} if true is None else {SALE: true},
        probability={SALE: probability, CLAIM: 0.0},
        flagged=frozenset({SALE} if flagged else ()),
    )


def ranked(pairs: Iterable[tuple[float, bool]]) -> list[Judged]:
    """Examples of (probability, truth)."""
    return [judged(true, probability) for probability, true in pairs]


def test_average_precision_is_the_mean_precision_at_each_positive() -> None:
    examples = ranked([(0.9, True), (0.8, False), (0.7, True), (0.6, False)])
    assert average_precision(examples, SALE) == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_needs_a_positive() -> None:
    assert average_precision(ranked([(0.9, False)]), SALE) is None


def test_recall_at_one_percent_lets_one_of_a_hundred_through() -> None:
    clean = [(i / 1000, False) for i in range(100)]
    positive = [(0.5, True), (0.0985, True), (0.098, True), (0.05, True)]
    assert recall_at(ranked([*clean, *positive]), SALE, 0.01) == 0.5


def test_recall_at_a_rate_does_not_count_what_ties_with_clean_examples() -> None:
    assert recall_at(ranked([(0.5, False)] * 10 + [(0.5, True), (0.6, True)]), SALE, 0.01) == 0.5


@pytest.mark.parametrize("true", [False, True])
def test_recall_at_a_rate_needs_both_kinds(true: bool) -> None:
    assert recall_at(ranked([(0.5, true)]), SALE, 0.01) is None


def test_calibration_error_weighs_each_bin_by_its_examples() -> None:
    examples = ranked([(0.05, False), (0.05, False), (0.95, True), (0.95, False), (0.95, False), (0.95, False)])
    assert calibration_error(examples, SALE) == pytest.approx((2 * 0.05 + 4 * 0.70) / 6)


def test_probabilities_that_come_true_have_no_calibration_error() -> None:
    assert calibration_error(ranked([(1.0, True), (0.0, False), (0.25, True)] + [(0.25, False)] * 3), SALE) == 0


def test_reliability_leaves_empty_bins_out_and_puts_certainty_in_the_last() -> None:
    examples = [*ranked([(1.0, True), (0.92, False), (0.1, False)]), judged(None, 0.5)]
    assert reliability(examples, SALE) == (Bin(0.1, 0.0, 1), Bin(0.96, 0.5, 2))


def test_figures_of_decisions() -> None:
    """Flagged are two of four violations and one of six clean examples."""
    hits = [judged(True, 0.9, flagged=True)] * 2 + [judged(True, 0.2)] * 2
    clean = [judged(False, 0.8, flagged=True)] + [judged(False, 0.1)] * 5
    made = figures(hits + clean, SALE)
    assert (made.count, made.positives) == (10, 4)
    assert made.precision == pytest.approx(2 / 3)
    assert made.recall == 0.5
    assert made.f1 is not None
    assert made.f1.value == pytest.approx(4 / 7)
    assert made.false_positive_rate == pytest.approx(1 / 6)
    assert made.recall_at_1 == 0.5
    assert made.average_precision is not None
    assert made.average_precision.value == pytest.approx(0.5 * 1 + 0.5 * 4 / 5)


def test_examples_without_truth_are_not_counted() -> None:
    labelled = [judged(True, 0.9, flagged=True), judged(False, 0.1)]
    assert figures([*labelled, judged(None, 0.9, flagged=True)], SALE) == figures(labelled, SALE)


def test_an_unlabelled_family_has_no_figures() -> None:
    made = figures([judged(True, 0.9, flagged=True)], CLAIM)
    assert (made.count, made.positives) == (0, 0)
    assert made.average_precision is made.f1 is made.recall_at_1 is None
    assert made.precision is made.recall is made.false_positive_rate is None


def test_clean_examples_alone_give_no_recall() -> None:
    made = figures([judged(False, 0.1), judged(False, 0.9, flagged=True)], SALE)
    assert made.recall is made.f1 is made.average_precision is None
    assert (made.precision, made.false_positive_rate) == (0, 0.5)


def test_violations_alone_give_no_false_positive_rate() -> None:
    made = figures([judged(True, 0.1), judged(True, 0.9, flagged=True)], SALE)
    assert made.false_positive_rate is made.average_precision is made.recall_at_1 is None
    assert (made.precision, made.recall) == (1, 0.5)


def test_nothing_flagged_gives_no_precision_and_no_f1() -> None:
    made = figures([judged(True, 0.1), judged(False, 0.1)], SALE)
    assert made.precision is None
    assert made.recall == 0
    assert made.f1 == Interval(0, 0, 0)


def test_an_interval_draws_whole_groups() -> None:
    """Of two groups one is caught whole and one missed whole: a draw holds one twice, the other twice, or both."""
    caught = [judged(True, 0.9, flagged=True, group="caught")] * 50
    missed = [judged(True, 0.1, group="missed")] * 50
    made = figures(caught + missed, SALE).f1
    assert made is not None
    assert made.value == pytest.approx(2 / 3)
    assert (made.low, made.high) == (0, 1)


def test_one_group_cannot_vary() -> None:
    examples = [judged(True, 0.9, flagged=True), judged(True, 0.8), judged(False, 0.1)]
    assert figures(examples, SALE).f1 == Interval(2 / 3, 2 / 3, 2 / 3)


def test_intervals_are_the_same_each_time() -> None:
    examples = [judged(i % 3 == 0, i / 40, flagged=i > 20, group=str(i % 9)) for i in range(40)]
    assert figures(examples, SALE) == figures(examples, SALE)


def test_precision_at_a_prevalence_follows_bayes() -> None:
    assert precision_at_prevalence(0.9, 0.05, 0.02) == pytest.approx(0.018 / (0.018 + 0.049))
    assert precision_at_prevalence(0.9, 0.0, 0.02) == 1
    assert precision_at_prevalence(0.0, 0.0, 0.02) is None


def test_the_curve_falls_from_full_precision() -> None:
    points = precision_recall(ranked([(0.9, True), (0.8, False), (0.7, True)]), SALE)
    assert [recall for recall, _ in points] == [1.0, 0.5, 0.5, 0.0]
    assert [precision for _, precision in points] == pytest.approx([2 / 3, 0.5, 1.0, 1.0])


def test_a_curve_is_short_and_needs_a_positive() -> None:
    assert len(precision_recall(ranked((i / 5000, i % 2 == 0) for i in range(5000)), SALE)) <= 200
    assert precision_recall(ranked([(0.5, False)]), SALE) == ()
