"""JSON-LD gives the strings a reader would understand, and no markup of a seller's makes it fail."""

import pytest

from crawler.extraction.extract import extract_html
from crawler.extraction.structured import json_ld


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('{"@type": "Product", "name": "Oil", "url": "https://x.example"}', ["Oil"]),
        ('{"offers": {"price": 9.5, "priceCurrency": "EUR"}}', ["price: 9.5 EUR"]),
        ('{"offers": {"lowPrice": "9", "highPrice": "12", "priceCurrency": "USD"}}', ["price: 9 USD", "price: 12 USD"]),
        ('[{"name": "Oil"}, {"name": "Oil"}, {"name": "Wick"}]', ["Oil", "Wick"]),
        ('{"@graph": [{"mainEntity": [{"name": "Q?", "acceptedAnswer": {"text": "A."}}]}]}', ["Q?", "A."]),
        ('<!-- {"name": "Oil"} -->', ["Oil"]),
        ('//<![CDATA[\n{"name": "Oil"}\n//]]>', ["Oil"]),
        ('{"description": "two\nlines"};', ["two lines"]),
        ('"just text"', []),
    ],
)
def test_json_ld_gives_these_texts(source, texts):
    assert json_ld(source) == texts


@pytest.mark.parametrize("source", ['{"name": "Oil",}', "{", "", "[" * 100_000, "9" * 5_000])
def test_what_does_not_parse_is_none(source):
    assert json_ld(source) is None


def test_a_string_that_the_page_already_shows_is_not_repeated():
    page = '<p>Lamp oil</p><script type="application/ld+json">{"name": "Lamp oil", "description": "For lamps"}</script>'
    assert extract_html(page).text == "Lamp oil\nFor lamps"
