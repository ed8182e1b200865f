"""Agreement of two labellers, against worked examples."""

import random
from pathlib import Path

import pytest

from classifier.dataset import RowLabel
from classifier.evaluation.agreement import (
    Agreement,
    SecondAnswers,
    SecondLabels,
    agreement,
    agreement_on_pages,
    alpha,
    read_second_labels,
)
from classifier.exceptions import DatasetInvalid
from classifier.labels import Family, Label, Severity

OFFER = RowLabel(label=Label.SALE_OFFER, severity=Severity.HIGH, topic=None)
SLIGHT_OFFER = RowLabel(label=Label.SALE_OFFER, severity=Severity.LOW, topic=None)


def row(number: int, first: tuple[RowLabel, ...], second: tuple[RowLabel, ...]) -> SecondLabels:
    """A row labelled twice."""
    return SecondLabels(id=str(number), labeller="second", first=first, second=second, final=first, reason="")


def test_krippendorffs_own_example_of_two_coders_and_ten_articles() -> None:
    """Of 20 values 14 are 0 and 6 are 1, four articles disagree: 1 - 19 * 4 / (14 * 6)."""
    one = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0)
    other = (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    pairs = [(bool(a), bool(b)) for a, b in zip(one, other, strict=True)]
    assert alpha(pairs) == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert alpha(pairs) == pytest.approx(0.095, abs=0.0005)


def test_coders_who_agree_have_alpha_one() -> None:
    assert alpha([(True, True), (False, False), (False, False)]) == 1


def test_coders_who_always_disagree_are_below_chance() -> None:
    assert alpha([(True, False), (False, True)]) == pytest.approx(-0.5)


def test_coders_who_toss_coins_have_alpha_about_zero() -> None:
    toss = random.Random(1)
    assert alpha([(toss.random() < 0.3, toss.random() < 0.3) for _ in range(20_000)]) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("pairs", [[], [(False, False)], [(True, True)] * 5])
def test_where_nothing_varies_nobody_disagrees(pairs: list[tuple[bool, bool]]) -> None:
    assert alpha(pairs) == 1


def test_a_family_counts_from_medium_on_and_a_label_at_any_severity() -> None:
    rows = [row(1, (OFFER,), (SLIGHT_OFFER,)), row(2, (), ()), row(3, (OFFER,), (OFFER,))]
    found = {one.name: one for one in agreement(rows)}
    assert list(found) == [*map(str, Family), *map(str, Label)]
    assert found["sale_offer"] == Agreement("sale_offer", 1.0, 3, 2, 2)
    # Of 6 values 3 are positive; one row of three disagrees.
    assert found["illicit_sale"] == Agreement("illicit_sale", pytest.approx(1 - (1 / 3) / (18 / 30)), 3, 2, 1)


def test_second_labels_are_read_from_their_folder(tmp_path: Path) -> None:
    file = tmp_path / "second_labels" / "some.jsonl"
    file.parent.mkdir()
    file.write_text(row(1, (OFFER,), ()).model_dump_json() + "\n", "utf-8")
    assert read_second_labels(tmp_path) == (row(1, (OFFER,), ()),)
    file.write_text('{"id": "1"}\n', "utf-8")
    with pytest.raises(DatasetInvalid, match=r"some\.jsonl:1"):
        read_second_labels(tmp_path)


def test_pages_agree_by_family_from_medium_on() -> None:
    def page(number: int, first: Severity, second: Severity) -> SecondAnswers:
        answers = [{Family.ILLICIT_SALE: Severity.NONE, Family.UNSUPPORTED_CLAIM: one} for one in (first, second)]
        return SecondAnswers(
            id=str(number), labeller="second", first=answers[0], second=answers[1], final=answers[0], reason=""
        )

    pages = [page(1, Severity.HIGH, Severity.MEDIUM), page(2, Severity.LOW, Severity.NONE)]
    pages.append(page(3, Severity.MEDIUM, Severity.LOW))
    assert agreement_on_pages(pages) == (
        Agreement("illicit_sale", 1.0, 3, 0, 0),
        Agreement("unsupported_claim", pytest.approx(1 - (1 / 3) / (18 / 30)), 3, 2, 1),
    )
