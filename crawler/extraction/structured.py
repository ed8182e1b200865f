"""What a page says of itself beside its visible text: meta elements and JSON-LD."""

import json
from collections.abc import Iterator
from typing import Final

from crawler.extraction.elements import Attributes, names

MAX_ATTRIBUTES: Final = 64
MAX_ATTRIBUTE_LENGTH: Final = 1_000
_MAX_STRINGS: Final = 2_000

_META_TEXT: Final = names(
    "description keywords abstract summary og:title og:description og:site_name twitter:title twitter:description"
    " twitter:data1 twitter:data2 twitter:label1 twitter:label2 dc.title dc.description article:tag name headline"
    " product:price:amount product:price:currency og:price:amount og:price:currency price pricecurrency telephone"
)
_META_ATTRIBUTES: Final = names("robots generator")
_PROSE_KEYS: Final = names(
    "name alternatename headline alternativeheadline description abstract text articlebody reviewbody caption slogan"
    " keywords category award disclaimer dosageform activeingredient indication warning telephone email openinghours"
    " streetaddress addresslocality paymentaccepted availability seller brand author offers pricerange sku title"
)
_PRICE_KEYS: Final = ("price", "lowPrice", "highPrice", "minPrice", "maxPrice")
_CURRENCY_KEYS: Final = ("priceCurrency", "currency")
_OPENINGS: Final = ("//<![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "<!--")
_CLOSINGS: Final = (";", "//]]>", "/*]]>*/", "]]>", "-->")


def meta(attributes: Attributes) -> tuple[str, str, bool]:
    """Name ("" when there is none), content, and whether the content is text for readers, of a meta element."""
    name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or ""
    content = " ".join((attributes.get("content") or "").split())
    name = " ".join(name.lower().split()) if content else ""
    is_prose = "itemprop" in attributes and name in _PROSE_KEYS
    return name, content, is_prose or name in _META_TEXT


def is_kept(name: str) -> bool:
    """Whether a meta name belongs into the document's attributes."""
    return name.startswith("og:") or name in _META_ATTRIBUTES


def json_ld(source: str) -> list[str] | None:
    """The strings that a reader would understand, in order, prices with their currency; None when it does not parse."""
    try:
        data: object = json.loads(_unwrapped(source), strict=False)
    except (ValueError, RecursionError):
        return None
    texts = dict.fromkeys(_folded(text) for text in _readable(data))
    texts.pop("", None)
    return list(texts)[:_MAX_STRINGS]


def _unwrapped(source: str) -> str:
    """The JSON inside the comment or CDATA marks that some templates put around it."""
    source = source.strip()
    for opening in _OPENINGS:
        source = source.removeprefix(opening)
    for closing in _CLOSINGS:
        source = source.removesuffix(closing).rstrip()
    return source


def _readable(data: object) -> Iterator[str]:
    todo: list[tuple[str, object]] = [("", data)]
    while todo:
        key, value = todo.pop()
        if isinstance(value, dict):
            yield from _prices(value)
            todo.extend(reversed(list(value.items())))
        elif isinstance(value, list):
            todo.extend((key, item) for item in reversed(value))
        elif isinstance(value, str) and key.lower() in _PROSE_KEYS:
            yield value


def _prices(value: dict[str, object]) -> Iterator[str]:
    currency = next((str(value[key]) for key in _CURRENCY_KEYS if isinstance(value.get(key), str)), "")
    for key in _PRICE_KEYS:
        price = value.get(key)
        if isinstance(price, str | int | float) and not isinstance(price, bool):
            yield f"price: {price} {currency}"


def _folded(text: str) -> str:
    return " ".join(text.split())
