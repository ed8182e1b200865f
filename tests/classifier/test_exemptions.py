"""True statements of a label, menus and texts about nothing that concerns a family do not speak for their page."""

from datetime import date

import pytest

from classifier.entities import Role
from classifier.exemptions import penalty, repeats_the_label
from classifier.features import Context, View, Viewer
from classifier.labels import Family
from classifier.policy import load_policy

PACK = load_policy()
VIEWER = Viewer(PACK)
TODAY = date(2026, 11, 21)
SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM


def repeats(text: str, as_of: date = TODAY) -> bool:
    """Whether the text says what the label of Spravato says on that day."""
    return repeats_the_label(VIEWER.view(text), as_of, PACK)


def lowered(family: Family, view: View, region: str = "body") -> float:
    """The penalty of a passage in a region."""
    return penalty(family, region, view, TODAY, PACK)


@pytest.mark.parametrize(
    "text",
    [
        "Spravato is approved for treatment-resistant depression in adults.",
        "Spravato (esketamine) nasal spray, taken with an oral antidepressant, is for treatment-resistant depression.",
        "S-ketamine nasal spray is indicated for treatment-resistant depression.",
        "Esketamine is approved for depressive symptoms in adults with major depression and suicidal thoughts.",
    ],
)
def test_a_true_label_statement_is_exempt(text: str) -> None:
    assert repeats(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine is approved for treatment-resistant depression.",
        "Spravato and ketamine infusions treat treatment-resistant depression.",
        "Spravato is approved for PTSD.",
        "Spravato stops suicidal thoughts.",
        "Spravato cures treatment-resistant depression.",
        "Spravato for treatment-resistant depression, delivered to your home.",
        "Spravato beats treatment-resistant depression within hours.",
        "The spray treats treatment-resistant depression.",
    ],
)
def test_what_goes_beyond_the_label_is_not_exempt(text: str) -> None:
    assert not repeats(text)


def test_a_use_is_exempt_from_the_day_of_its_approval() -> None:
    text = "Spravato is for treatment-resistant depression."
    assert not repeats(text, date(2019, 3, 4))
    assert repeats(text, date(2019, 3, 5))


def test_a_claim_concerns_its_page_only_where_the_subject_is_named() -> None:
    text = "This treatment ends depression for good."
    assert lowered(CLAIM, VIEWER.view(text)) > 0
    assert lowered(CLAIM, VIEWER.view(text, Context(roles=frozenset({Role.DRUG})))) > 0
    assert lowered(CLAIM, VIEWER.view(text, Context(roles=frozenset({Role.SUBJECT})))) == 0
    assert lowered(CLAIM, VIEWER.view(text, Context(lead_in="Ketamine therapy"))) == 0


@pytest.mark.parametrize("drug", ["ketamine", "2-fdck", "oxycodone", "mdma"])
def test_an_offer_of_any_listed_drug_speaks_for_its_page(drug: str) -> None:
    assert lowered(SALE, VIEWER.view(f"{drug}, £40 a gram, add to cart")) == 0


def test_an_offer_of_other_goods_is_held_back() -> None:
    assert lowered(SALE, VIEWER.view("Reading glasses, £40, add to cart")) > 0


def test_a_menu_makes_no_claim_but_may_offer() -> None:
    view = VIEWER.view("Ketamine for depression | Buy ketamine")
    assert lowered(CLAIM, view, "nav") > lowered(CLAIM, view) == 0
    assert lowered(SALE, view, "nav") == 0
