"""What attacks cost is counted per family, against what the model flags of the same texts undisguised."""

from datetime import date

import pytest

from classifier.evaluation.attacks import ATTACKS, STRENGTHS, Attack
from classifier.evaluation.robustness import Cell, measure, summary
from classifier.labels import Family
from classifier.predictor import Predictor

TODAY = date(2026, 11, 21)
SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM
VIOLATING = [
    ("Buy ketamine powder online without a prescription. Add to cart, pay in Bitcoin, stealth shipping.", SALE),
    ("The library opens at nine.", SALE),
    ("Ketamine cures depression for good. It is completely safe and has no side effects.", CLAIM),
]
CLEAN = ["The library opens at nine and closes at six.", "Police seized ketamine worth a million at the port."]
NOTHING = Attack("nothing", "words", lambda text, _strength, _random: text)
EVERYTHING = Attack("everything", "words", lambda _text, _strength, _random: "")
ADVERTISED = Attack("advertised", "words", lambda _text, _strength, _random: VIOLATING[0][0])


def cell(family: Family, attack: str, caught_after: int, false_after: int = 0) -> Cell:
    """A cell of ten texts of which eight are caught undisguised, and five clean ones."""
    return Cell(attack, "spelling", 0.5, family, 10, 10, 8, caught_after, 5, 0, false_after)


def test_a_cell_stands_for_each_attack_strength_and_family_in_order(predictor: Predictor) -> None:
    told: list[tuple[str, float]] = []
    attacks = (NOTHING, EVERYTHING)
    cells = measure(
        predictor,
        VIOLATING,
        CLEAN,
        TODAY,
        attacks,
        progress=lambda attack, strength: told.append((attack.name, strength)),
    )
    steps = [(attack.name, strength) for attack in attacks for strength in STRENGTHS]
    assert told == steps
    assert [(c.attack, c.strength, c.family) for c in cells] == [(*step, family) for step in steps for family in Family]


def test_texts_that_are_not_caught_undisguised_count_in_the_total_alone(predictor: Predictor) -> None:
    sale, claim = measure(predictor, VIOLATING, CLEAN, TODAY, (NOTHING,), (1,))
    assert (sale.texts, sale.changed, sale.caught_before, sale.caught_after) == (2, 0, 1, 1)
    assert (sale.recall_before, sale.recall_after, sale.loss) == (0.5, 0.5, 0.0)
    assert (claim.texts, claim.recall_before, claim.loss) == (1, 1.0, 0.0)
    assert (sale.clean, sale.false_before, sale.false_rise) == (2, 0, 0)


def test_an_attack_that_leaves_nothing_takes_all_recall_and_no_clean_text(predictor: Predictor) -> None:
    cells = measure(predictor, VIOLATING, CLEAN, TODAY, (EVERYTHING,), (1,))
    assert [(c.changed, c.recall_after, c.loss, c.false_after) for c in cells] == [(2, 0, 1, 0), (1, 0, 1, 0)]


def test_clean_texts_that_are_flagged_when_disguised_are_false_positives(predictor: Predictor) -> None:
    sale, claim = measure(predictor, VIOLATING, CLEAN, TODAY, (ADVERTISED,), (1,))
    assert (sale.false_before, sale.false_after, sale.false_rise) == (0, 2, 2)
    assert claim.false_rise == 0


def test_a_family_without_texts_has_no_cell(predictor: Predictor) -> None:
    cells = measure(predictor, VIOLATING[:1], (), TODAY, (NOTHING,), (1,))
    assert [(c.family, c.clean, c.false_after) for c in cells] == [(SALE, 0, 0)]


@pytest.mark.parametrize("name", ["zero width", "mathematical letters", "letters dotted", "leet in keywords"])
def test_disguised_characters_cost_a_plain_offer_and_a_plain_claim_nothing(predictor: Predictor, name: str) -> None:
    attack = next(attack for attack in ATTACKS if attack.name == name)
    assert [c.loss for c in measure(predictor, VIOLATING, (), TODAY, (attack,))] == [0.0] * 6


def test_the_summary_gives_mean_and_worst_loss_of_each_family() -> None:
    sale, claim = summary([cell(SALE, "mild", 8), cell(SALE, "hard", 4, 2), cell(CLAIM, "kind", 9, 1)])
    assert (sale.family, sale.mean_loss, sale.worst_loss, sale.worst_attack) == (SALE, 0.25, 0.5, "hard at 50%")
    assert sale.largest_false_rise == 2
    assert (claim.mean_loss, claim.worst_loss, claim.largest_false_rise) == (0.0, 0.0, 1)


def test_nothing_measured_has_no_summary() -> None:
    assert summary([]) == ()
