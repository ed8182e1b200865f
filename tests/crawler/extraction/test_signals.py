"""Marks of a sale are found with their places, and what only looks like one is left alone."""

import pytest

from crawler.extraction.phrases import PHRASES
from crawler.extraction.signals import MAX_SIGNALS, find_signals


def found(text: str) -> list[tuple[str, str]]:
    return [(signal.kind, signal.value) for signal in find_signals(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("now $90 per gram only", "$90 per gram"),
        ("A$45/g", "A$45/g"),
        ("20 € je Gramm", "20 € je Gramm"),
        ("1,250.00 USD per oz", "1,250.00 USD per oz"),
        ("£120 a vial", "£120 a vial"),
        ("CHF 90 / 10 ml", "CHF 90 / 10 ml"),
        ("350 zł za 5 g", "350 zł za 5 g"),
        ("900 ₽ за грамм", "900 ₽ за грамм"),
        ("0.004 BTC per 2 grams", "0.004 BTC per 2 grams"),
        ("5 g | $300", "5 g | $300"),
        ("10 ml vial: £120", "10 ml vial: £120"),
        ("28g - 900 euros", "28g - 900 euros"),
    ],
)
def test_a_price_is_found_with_the_amount_it_is_for(text, value):
    assert ("price_per_unit", value) in found(text)


@pytest.mark.parametrize("text", ["$90", "US$ 1,200.50", "15 dollars", "EUR 30", "₿0.5", "12,50 zł"])
def test_a_price_without_an_amount_is_a_price(text):
    assert found(text) == [("price", text)]


@pytest.mark.parametrize("text", ["10 g of flour", "room 90", "the $ sign", "version 3.11", "2024-05-06", "5000"])
def test_a_number_without_a_currency_is_no_price(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["(555) 010-4477", "+44 20 7946 0958", "555-010-4477", "1-800-555-0199", "0171 2345678", "+15550104477"]
)
def test_a_telephone_number_is_found(text):
    assert found(f"call {text} today") == [("phone", text)]


@pytest.mark.parametrize(
    "text", ["10.12.2024", "2024-05-06", "1 2 3 4 5 6 7 8", "order 12345678", "ISBN 978-3-16-148410-0", "12 345 678"]
)
def test_other_numbers_are_no_telephone_numbers(text):
    assert not [kind for kind, _ in found(text) if kind == "phone"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to jo.doe+x@harbor.example.com.", "email", "jo.doe+x@harbor.example.com"),
        ("WhatsApp: +1555", "messenger", "WhatsApp: +1555"),
        ("Telegram @lanternrow", "messenger", "Telegram @lanternrow"),
        ("only on Signal, please", "messenger", "Signal"),
        ("Signal: lantern.05", "messenger", "Signal: lantern.05"),
        ("Wickr me: lantern", "messenger", "Wickr me: lantern"),
        ("Threema ID", "messenger", "Threema ID"),
        ("Session ID 05ab", "messenger", "Session ID"),
        ("t.me/lanternrow", "messenger", "t.me/lanternrow"),
        ("Snap: lantern", "messenger", "Snap: lantern"),
        ("DM us", "messenger", "DM us"),
        ("we take Bitcoin", "payment", "Bitcoin"),
        ("by Cash App", "payment", "Cash App"),
        ("Zelle too", "payment", "Zelle"),
        ("with gift cards", "payment", "gift cards"),
        ("Western Union", "payment", "Western Union"),
        ("Add to cart", "cart", "Add to cart"),
        ("proceed to checkout", "cart", "proceed to checkout"),
        ("In den Warenkorb", "cart", "In den Warenkorb"),
        ("Добавить в корзину", "cart", "в корзину"),
        ("discreet shipping", "cart", "discreet shipping"),
        ("NPI 1234567890", "licence", "NPI 1234567890"),
        ("DEA Reg. No. AB1234567", "licence", "DEA Reg. No. AB1234567"),
        ("License #PHY-55821", "licence", "License #PHY-55821"),
        ("LegitScript certified", "seal", "LegitScript certified"),
        ("NABP accredited", "seal", "NABP accredited"),
    ],
)
def test_a_contact_payment_cart_or_licence_phrase_is_found(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("jo [at] harbor [dot] example", "email", "jo [at] harbor [dot] example"),
        ("mail: sales(at)harbor.example now", "email", "sales(at)harbor.example"),
        ("https://wa.me/15550104477", "messenger", "wa.me/15550104477"),
        ("https://api.whatsapp.com/send?phone=15550104477&text=hi", "messenger", "whatsapp.com/send?phone=15550104477"),
        ("https://telegram.me/lanternrow", "messenger", "telegram.me/lanternrow"),
        ("https://t.me/+AbC-9_xYz", "messenger", "t.me/+AbC-9_xYz"),
        ("https://signal.me/#p/+15550104477", "messenger", "signal.me/#p/+15550104477"),
        ("https://threema.id/ABCD1234", "messenger", "threema.id/ABCD1234"),
        ("Session ID: 05" + "ab" * 32, "messenger", "Session ID: 05" + "ab" * 32),
        ("Side effects may include nausea.", "disclosure", "Side effects"),
        ("This use is not approved by the FDA", "disclosure", "not approved by the FDA"),
        ("Not for human consumption", "disclosure", "Not for human consumption"),
        ("an off-label use", "disclosure", "off-label"),
        ("Individual results may vary.", "disclosure", "Individual results may vary"),
        ("Sponsored content by a clinic", "disclosure", "Sponsored content"),
        ("lovely place #ad", "disclosure", "ad"),
        ("Talk first: consult your doctor", "disclosure", "consult your doctor"),
    ],
)
def test_a_link_a_hidden_address_or_a_disclosure_is_found(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text", ["meet me (at) noon", "an ad for lamps", "the results of a race", "not for sale", "[at] [dot]", "a@b"]
)
def test_what_only_looks_like_an_address_or_a_disclosure_is_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "the signal was weak",
        "a therapy session at four",
        "a license to operate",
        "a text use case",
        "1111111111111111111111111111111",
        "an admirable checkoutish word",
    ],
)
def test_everyday_words_are_no_signals(text):
    assert found(text) == []


def test_places_hold_when_lower_case_is_longer_than_upper_case():
    assert found("İİİ Add to cart") == [("cart", "Add to cart")]


def test_every_phrase_stands_at_the_word_it_is_filed_under():
    assert all(phrase.needle.startswith(word) for word, phrase in PHRASES.items())


@pytest.mark.parametrize(
    "text",
    [
        "$1",
        "1 ",
        "1.",
        "a(at)b",
        "(at)",
        "x [at] y [dot] ",
        "bc1q" + "q" * 60 + " ",
        "1" + "B" * 30 + " ",
        "side ",
        "+1",
        "(1)",
        "a@",
        "@a.",
        "1A",
        "0x",
        "telegram ",
        "license no ",
        "signal: ",
        "1 g ",
        "\u0130",
    ],
)
def test_a_long_run_of_half_signals_ends(text):
    signals = find_signals(text * (400_000 // len(text)))
    assert len(signals) <= MAX_SIGNALS
