"""Marks of an operator come in one spelling however a page writes them, and what names nobody is no mark."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.extract import extract_html
from crawler.extraction.marks import MAX_MARKS, Mark, find_marks
from crawler.extraction.signals import find_signals


def marks(text: str) -> set[tuple[str, str]]:
    return {(mark.kind, mark.value) for mark in find_marks("", find_signals(text), (), {})}


def marks_of_page(html: str, url: str = "https://jars.example/") -> tuple[Mark, ...]:
    document = extract_html(html, url=url)
    return find_marks(url, document.signals, document.blocks, document.attributes)


TELEGRAM = ("messenger", "telegram:lanternrow")


@pytest.mark.parametrize(
    "text", ["+44 20 7946 0958", "call (020) 7946-0958 now", "0044 20 79460958", "https://wa.me/442079460958",
             "whatsapp.com/send?phone=442079460958", "https://signal.me/#p/+442079460958", "WhatsApp: +442079460958"]
)  # fmt: skip
def test_a_telephone_is_one_mark_with_and_without_its_country_and_on_every_messenger(text):
    assert marks(text) == {("phone", "079460958")}


@pytest.mark.parametrize(
    "text", ["Telegram @LanternRow", "https://t.me/lanternrow", "tg: @lanternrow", "telegram.me/LanternRow",
             "Telegram: lanternrow"]
)  # fmt: skip
def test_a_handle_is_one_mark_however_it_is_given(text):
    assert marks(text) == {TELEGRAM}


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Write to Jo@Harbor.Example", ("email", "jo@harbor.example")),
        ("jo [at] harbor [dot] example", ("email", "jo@harbor.example")),
        ("Signal: lantern.05", ("messenger", "signal:lantern.05")),
        ("Wickr me: night_row", ("messenger", "wickr:night_row")),
        ("threema.id/ABCD1234", ("messenger", "threema:abcd1234")),
        ("Session ID: 05" + "aB" * 32, ("messenger", "session:05" + "ab" * 32)),
        ("https://t.me/+AbC-9_xYz", ("messenger", "telegram:+abc-9_xyz")),
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", ("wallet", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", ("wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")),
    ],
)
def test_a_contact_or_wallet_is_a_mark(text, mark):
    assert marks(text) == {mark}


@pytest.mark.parametrize(
    "text",
    [
        "Telegram - fast reply",
        "WhatsApp: available",
        "Telegram: click here",
        "https://t.me/share/url?x=1",
        "Poison control: 1-800-222-1222",
        "Report side effects: 1-800-332-1088",
        "call 555-0199",
        "$90 per gram, add to cart, bitcoin",
        "SAMHSA 1-800-662-4357",
    ],
)
def test_what_everybody_says_is_no_mark(text):
    assert marks(text) == set()


def test_a_page_has_the_marks_of_its_scripts_and_an_icon_from_elsewhere():
    page = "<link rel=icon href=https://cdn.example/j.png><script>gtag('config','G-4F7K2M9Q1Z')</script>"
    assert {mark[:2] for mark in marks_of_page(page)} == {
        ("tracker", "ga4:G-4F7K2M9Q1Z"),
        ("icon", "https://cdn.example/j.png"),
    }


def test_the_address_of_an_icon_of_its_own_says_nothing_of_other_sites():
    assert marks_of_page("<link rel=icon href=/favicon.ico><p>Jars</p>") == ()


@pytest.mark.parametrize(
    ("html", "is_contact"),
    [
        ("<p>The seller, @x, said: Telegram @lanternrow</p>", False),
        ("<footer>Telegram @lanternrow</footer>", True),
        ("<p>A note. <a href='https://t.me/lanternrow'>Chat</a></p>", True),
        ("<main>Telegram @lanternrow</main><footer>Telegram @lanternrow</footer>", True),
    ],
)
def test_a_mark_is_told_apart_from_a_mention(html, is_contact):
    assert [mark.is_contact for mark in marks_of_page(html) if mark[:2] == TELEGRAM] == [is_contact]


def test_a_page_full_of_marks_keeps_no_more_than_the_limit():
    assert len(marks_of_page("".join(f"<p>mail a{n}@harbor.example</p>" for n in range(1_000)))) == MAX_MARKS


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["Telegram", "WhatsApp:", "@", "t.me/", "+1", "555", " ", "-", "0199", "[at]", "x"])))
def test_any_text_gives_marks_that_hold_together(pieces):
    for kind, value in marks("".join(pieces)):
        assert kind in ("phone", "email", "messenger", "wallet")
        assert value == value.strip()
        assert value
