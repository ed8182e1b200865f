"""The language is that of the words, not of the template; a text that cannot be read is said to be so."""

import pytest

from crawler.extraction.extract import extract_html
from crawler.extraction.language import detect

SENTENCES = {
    "en": "The lamp is on the table and we have not seen it for a week, so you can take it with you.",
    "es": "La lámpara está en la mesa y no se ve por las noches, pero los vecinos la usan como una señal.",
    "fr": "La lampe est sur la table et nous ne sommes pas dans le jardin pour la voir avec vous.",
    "de": "Die Lampe ist auf dem Tisch und wir haben sie nicht mit in den Garten genommen, der für euch ist.",
    "it": "La lampada è nel giardino e non si vede di notte, ma i vicini sono come una famiglia per noi.",
    "pt": "A lâmpada não é para uma casa, os vizinhos são mais do que isso e você também se vai com eles.",
    "nl": "De lamp staat op het tafeltje en wij zijn niet bij de deur, maar dat is voor ons ook een teken.",
    "pl": "Lampa jest na stole i nie ma jej w ogrodzie, bo to dla nas jest już jak znak od sąsiadów.",
    "ru": "Лампа стоит на столе, и мы не видим её из сада, но это для нас как знак от соседей.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_common_words_tell_the_language_whatever_is_declared(code):
    assert detect(SENTENCES[code], "en-US") == (code, True)


def test_a_text_too_short_to_tell_has_the_declared_language():
    assert detect("Lamp oil", "sv-SE") == ("sv", True)


def test_a_list_of_goods_in_the_declared_language_can_be_read():
    assert detect("brass lamp wick holder " * 40 + "oil for the lamp and the wick of it", "en") == ("en", True)


@pytest.mark.parametrize(
    "text",
    [
        "海の静かな朝に店を開きます。" * 4,
        "مصباح على الطاولة في الحديقة الهادئة " * 3,
        "lampan står på bordet och den är inte tänd eftersom grannarna sover " * 12,
    ],
)
def test_a_text_that_nobody_here_can_read_is_not_seen(text):
    assert extract_html(f"<p>{text}</p>").not_seen == ("unknown_language",)
