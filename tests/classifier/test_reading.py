"""A page is read with the words of its address and title, and each passage in the company of the others."""

from datetime import date

import pytest

from classifier.entities import Role
from classifier.features import Viewer
from classifier.labels import Family, Outcome, Severity
from classifier.policy import load_policy
from classifier.predictor import UNKNOWN_LANGUAGE, Predictor
from classifier.reading import address_words, outside_passages, read_page
from classifier.types import TextBlock, TextContent

VIEWER = Viewer(load_policy())
DAY = date(2026, 11, 22)
HISTORY = "The substance was first made in 1962. It is used as an anaesthetic in people and in animals."


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://shop.example/a/b/blue-mugs-2.html", "b blue mugs"),
        ("https://shop.example/buy%20blue_mugs/", "buy blue mugs"),
        ("https://shop.example/x/12345/page", ""),
        ("https://shop.example/", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_the_words_of_an_address(url: str, words: str) -> None:
    assert address_words(url) == words


def test_a_title_is_read_once() -> None:
    beside = TextContent(HISTORY, title="A history")
    shown = TextContent(f"A history\n{HISTORY}", title="A history", blocks=(TextBlock(0, 9, "title"),))
    assert [p.text for p in outside_passages(beside)] == ["A history"]
    assert outside_passages(shown) == ()


def test_slang_names_no_page() -> None:
    seen = read_page(TextContent("Face masks, add to cart", title="K beauty, buy online"), VIEWER)
    assert all(Role.SUBJECT not in one.view.context_roles for one in seen)


def test_a_name_in_the_title_is_near_every_passage() -> None:
    seen = read_page(TextContent(HISTORY, title="Ketamine"), VIEWER)
    assert all(Role.SUBJECT in one.view.roles_around | one.view.roles_here for one in seen)


def test_an_offer_in_the_address_is_told_as_a_note(predictor: Predictor) -> None:
    offered = TextContent(HISTORY, url="https://x.example/shop/buy-ketamine-powder-online-no-prescription/")
    verdict = predictor.judge(offered, DAY)
    assert Family.ILLICIT_SALE in verdict.flagged
    assert verdict.severity is Severity.CRITICAL
    assert all(f.end > f.start for f in verdict.findings)
    assert any("buy ketamine powder online" in note.text for note in verdict.notes)
    plain = predictor.judge(TextContent(HISTORY, url="https://x.example/wiki/history-of-ketamine/"), DAY)
    assert Family.ILLICIT_SALE not in plain.flagged


def test_what_cannot_be_read_goes_to_a_reader(predictor: Predictor) -> None:
    verdict = predictor.judge(TextContent("كيتامين للبيع عبر الإنترنت بدون وصفة طبية، شحن سري"), DAY)
    assert verdict.flagged == ()
    assert verdict.outcome is Outcome.UNCLEAR
    assert verdict.degraded == (UNKNOWN_LANGUAGE,)
    assert predictor.judge(TextContent("Кетамин отпускают по рецепту врача."), DAY).degraded == ()
