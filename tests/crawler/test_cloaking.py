"""Two readers of one page: honest variation is no difference, another text or another contact is."""

import pytest

from crawler.cloaking import compare
from crawler.extraction.extract import extract_html

ARTICLE = "".join(
    f"<p>Paragraph {number} speaks of bread, of flour and of ovens, and how long a dough should rest in the cool.</p>"
    for number in range(12)
)
COUNTER = "<p>1,204 visitors, 3 online, 22 Nov 2026 10:04</p>"
SHOP = (
    "<h1>Crystals</h1><p>Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed,"
    " order by telegram</p><p>Write to us at https://t.me/crystalpier or call +1 415 555 0134 before Friday.</p>"
)


def page(body: str) -> str:
    return f"<!doctype html><html lang=en><title>Bakery</title><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ARTICLE, ARTICLE),
        (
            ARTICLE + "<p>1,204 visitors, 3 online, 22 Nov 2026 10:04</p>",
            ARTICLE + "<p>1,209 visitors, 5 online, 23 Nov 2026 11:30</p>",
        ),
        (ARTICLE + "<aside>Sale! Shoes from $49, buy now</aside>", ARTICLE + "<aside>Cheap flights from $120</aside>"),
        (ARTICLE + "<p>session 8fa12c</p>", ARTICLE.replace("bread", "Bread") + "<p>session 9bb77d</p>"),
        (ARTICLE, "<nav>Menu Home</nav>" + ARTICLE),
        ("<p>Price 10 EUR</p>" + ARTICLE, "<p>Price 12 EUR</p>" + ARTICLE),
        ("", ""),
        ("<p>Hello</p>", "<p>Hello there</p>"),
    ],
)
def test_what_changes_on_honest_pages_is_no_difference(first: str, second: str) -> None:
    assert not compare(extract_html(page(first)), extract_html(page(second))).is_real


@pytest.mark.parametrize(
    ("first", "second"),
    [(ARTICLE, SHOP), (SHOP, ARTICLE), (ARTICLE, ARTICLE + 3 * SHOP), (ARTICLE, ""), ("<p>Not found</p>", SHOP)],
)
def test_another_text_is_a_difference_in_whichever_direction(first: str, second: str) -> None:
    assert compare(extract_html(page(first)), extract_html(page(second))).is_real


def test_a_difference_says_what_each_side_was_told() -> None:
    found = compare(extract_html(page(ARTICLE)), extract_html(page(SHOP)))
    assert any("discreet shipping" in line for line in found.come)
    assert any("bread" in line for line in found.gone)
    assert any(line.startswith("messenger: ") for line in found.signals_come)
    assert any(line.startswith("phone: ") for line in found.signals_come)
    assert found.likeness < 0.2


def test_hidden_text_is_not_what_a_reader_is_told() -> None:
    hidden = f"<div style='display:none'>{SHOP}</div>"
    found = compare(extract_html(page(ARTICLE)), extract_html(page(ARTICLE + hidden)))
    assert found.come == ()


def test_a_difference_is_told_within_bounds() -> None:
    long = "".join(f"<p>{chr(97 + number % 26) * 3} {'word ' * 400}{number}x</p>" for number in range(300))
    found = compare(extract_html(page("")), extract_html(page(long)))
    assert len(found.come) <= 40
    assert max(map(len, found.come)) <= 500
