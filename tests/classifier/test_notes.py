"""Notes on a page as a whole: missing risks, licence gates, places with an advertising ban, facts to look up again."""

from datetime import date

import pytest

from classifier.predictor import Predictor
from classifier.types import TextContent

TODAY = date(2026, 3, 1)
CLAIM = "Ketamine cures depression for good."
OFFER = "Buy ketamine online without a prescription. Add to cart, pay in Bitcoin, stealth shipping."


def noted(predictor: Predictor, text: str, url: str = "", as_of: date = TODAY) -> set[str]:
    """The rules noted of a page."""
    return {note.rule for note in predictor.judge(TextContent(text, url=url), as_of).notes}


def test_a_promotion_without_a_word_of_risk_is_noted(predictor: Predictor) -> None:
    assert "US-11" in noted(predictor, CLAIM)
    assert "US-11" not in noted(predictor, f"{CLAIM}\nSide effects include raised blood pressure and dissociation.")


def test_a_page_without_a_finding_has_no_note(predictor: Predictor) -> None:
    assert noted(predictor, "The library in London opens at nine. Call +44 20 7946 0000.", "https://a.co.uk/") == set()


def test_a_licence_gate_beside_a_sale_is_to_be_verified(predictor: Predictor) -> None:
    gate = "Ketamine vials for sale to veterinarians. A valid prescription and a DEA licence are required."
    assert "US-03" in noted(predictor, gate)
    assert "US-03" not in noted(predictor, CLAIM)


@pytest.mark.parametrize(
    ("sign", "url", "rule"),
    [
        ("Visit us in Manchester.", "", "UK-02"),
        ("", "https://clinic.example.co.uk/", "UK-02"),
        ("Nur 300 € je Sitzung.", "", "EU-01"),
        ("", "https://klinik.example.de/", "EU-01"),
        ("Our rooms are in Toronto.", "", "CA-02"),
        ("Our rooms are in Sydney.", "", "AU-01"),
    ],
)
def test_a_promotion_that_addresses_a_place_names_the_rule_of_that_place(
    predictor: Predictor, sign: str, url: str, rule: str
) -> None:
    places = {"UK-02", "EU-01", "CA-02", "AU-01"}
    assert noted(predictor, f"{CLAIM}\n{sign}", url) & places == {rule}
    assert noted(predictor, CLAIM) & places == set()


def test_a_fact_is_to_be_looked_up_again_once_its_day_has_passed(predictor: Predictor) -> None:
    assert "US-06" not in noted(predictor, OFFER, as_of=date(2026, 12, 31))
    assert "US-06" in noted(predictor, OFFER, as_of=date(2027, 1, 1))


def test_a_lapsed_fact_about_a_place_is_noted_where_the_place_is(predictor: Predictor) -> None:
    def texts(as_of: date) -> list[str]:
        content = TextContent(f"{CLAIM}\nOur rooms are in Toronto.")
        return [note.text for note in predictor.judge(content, as_of).notes if note.rule == "CA-02"]

    assert len(texts(date(2026, 3, 17))) == 1
    assert len(texts(date(2026, 3, 18))) == 2
