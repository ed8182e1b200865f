"""Marks of a sale in a text: prices, contacts, wallets, payment and cart words, licences, seals, disclosures.

Every pattern is bounded and starts at a sign, a digit or a known word, so that the cost is linear in the text.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from crawler.extraction.phrases import PHRASES
from crawler.extraction.wallets import SHORTEST, find_wallets
from crawler.extraction.words import Words, beyond_ascii
from crawler.items import Signal

MAX_SIGNALS: Final = 2_000

_CODES: Final = "usdt|usd|eur|gbp|aud|cad|nzd|chf|pln|rub|btc|eth|xmr|ltc|zł"
_UNITS: Final = (
    r"(?:mg|gr?|gm|grams?|gramm[eo]?s?|grammi|gramos?|gramów|oz|ounces?|kg|kilos?|lbs?|ml|vials?|bottles?|tabs?|tablets?"
    r"|pills?|capsules?|troches?|lozenges?|ampoules?|ampulle[ns]?|doses?|sessions?|infusions?|treatments?|pieces?|units?"
    r"|month|visit|fiol[kaię]{1,3}|гр?|грамм)"
)
# With a set of plain characters first a pattern passes over what it cannot begin with ten times as fast.
_NUMBER: Final = re.compile(r"[0-9][0-9]{0,8}(?:[.,'  ][0-9]{3}(?![0-9])){0,3}(?:[.,][0-9]{1,8})?(?![0-9])")
_CURRENCY_BEFORE: Final = re.compile(rf"(?:(?:(?<!\w)(?:us|au|ca|nz|hk|[ac]))?[$£€₽₿]|(?<!\w)(?:{_CODES}))\s?$")
_CURRENCY_AFTER: Final = re.compile(rf"\s?(?:[$£€₽₿](?!\d)|(?:{_CODES}|руб|dollars?|euros?|pounds|bucks|quid)(?!\w))")
_UNIT_AFTER: Final = re.compile(
    r"\s{0,3}(?:/|(?:per|each|an?|je|pro|par|por|al|za|за)\b)\s{0,3}"
    rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?\s?)?{_UNITS}\b"
)
_UNIT_BEFORE: Final = re.compile(rf"(?<![\d.,])\d{{1,4}}(?:[.,]\d{{1,2}})?\s?{_UNITS}(?:\s{_UNITS})?[\s:|=–—-]{{0,5}}$")
_CURRENCIES: Final = ("$", "£", "€", "₽", "₿", *_CODES.split("|"))
_CURRENCIES_AFTER: Final = (*_CURRENCIES, "руб", "dollar", "euro", "pounds", "bucks", "quid")
_CURRENCY_WIDTH: Final = 6
_UNIT_WIDTH: Final = 30

_PHONE: Final = re.compile(r"[+(0-9][0-9 ().\-/]{5,24}[0-9](?![\w-])")
_PHONE_SHAPE: Final = re.compile(r"\+|00\d|\(\d{2,4}\)|1[ .-]\(?\d{3}|\d{3}([ .-])\d{3}\1\d{4}$|0\d{1,4}[ /-]\d")
_BEFORE_PHONE: Final = re.compile(r"(?:[\w.,$£€₽#=/-]|[$£€₽] )$")
_DATE: Final = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_DOMAIN: Final = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,5}[A-Za-z]{2,24}(?![\w-])")
_LOCAL_REVERSED: Final = re.compile(r"[A-Za-z0-9%+_.-]{1,64}")
_SPELT_OUT: Final = re.compile(
    r"[(\[{]\s?(?:at|@)\s?[)\]}]\s?[A-Za-z0-9-]{1,62}"
    r"(?:\s?(?:\.|[(\[{]\s?(?:dot|\.)\s?[)\]}])\s?[A-Za-z0-9-]{1,62}){1,4}",
    re.IGNORECASE,
)
_LOCAL_BEFORE_SPACE: Final = re.compile(r"\s?[A-Za-z0-9%+_.-]{1,64}")
_WORDS: Final = Words(r"[^\W_]+", str.isalnum)
_DECIMAL: Final = re.compile(r"\d")


def find_signals(text: str) -> tuple[Signal, ...]:
    """The signals of a text by place, at most MAX_SIGNALS; each `value` is `text[start:end]`."""
    # The one letter whose lower case is longer would move all places after it.
    lower = text.replace("\u0130", "I").lower()
    words = set(_WORDS.of(lower))
    numbered = _with_plain_digits(lower)
    kinds = [_prices(text, lower, numbered), _phones(text, numbered), _emails(text), _phrases(text, lower, words)]
    if max(map(len, words), default=0) >= SHORTEST:
        kinds.append(_signal("wallet", text, *place) for place in find_wallets(text))
    found = [signal for kind in kinds for signal in islice(kind, MAX_SIGNALS)]
    found.sort(key=lambda signal: (signal.start, signal.end))
    return tuple(found[:MAX_SIGNALS])


def _signal(kind: str, text: str, start: int, end: int) -> Signal:
    return Signal(kind, text[start:end], start, end)


def _with_plain_digits(text: str) -> str:
    """The text with an ASCII digit in the place of each digit of another script."""
    others = set(_DECIMAL.findall(beyond_ascii(text)))
    return text.translate(dict.fromkeys(map(ord, others), "0")) if others else text


def _prices(text: str, lower: str, numbered: str) -> Iterator[Signal]:
    """A number beside a currency, with the amount of goods that stands next to it."""
    for match in _NUMBER.finditer(numbered):
        start, end = match.span()
        before = _currency_before(lower[max(0, start - _CURRENCY_WIDTH) : start])
        after = None if before else _currency_after(lower, end)
        if before:
            start -= len(before[0])
        elif after:
            end = after.end()
        else:
            continue
        lead = lower[max(0, start - _UNIT_WIDTH) : start]
        if unit := _UNIT_AFTER.match(lower, end):
            yield _signal("price_per_unit", text, start, unit.end())
        elif unit := _UNIT_BEFORE.search(lead):
            yield _signal("price_per_unit", text, start - len(lead) + unit.start(), end)
        else:
            yield _signal("price", text, start, end)


def _currency_before(lead: str) -> re.Match[str] | None:
    """The currency that a lead of a number ends with; the patterns are dear, and most numbers are no prices."""
    return _CURRENCY_BEFORE.search(lead) if lead.rstrip().endswith(_CURRENCIES) else None


def _currency_after(lower: str, end: int) -> re.Match[str] | None:
    start = end + lower[end : end + 1].isspace()
    return _CURRENCY_AFTER.match(lower, end) if lower.startswith(_CURRENCIES_AFTER, start) else None


def _phones(text: str, numbered: str) -> Iterator[Signal]:
    for match in _PHONE.finditer(numbered):
        start, end = match.span()
        value = text[start:end]
        digits = sum(map(str.isdecimal, value))
        told = text.endswith("tel:", max(0, start - 4), start)
        shaped = _PHONE_SHAPE.match(value) and not _BEFORE_PHONE.search(text[max(0, start - 2) : start])
        if 7 <= digits <= 15 and (told or shaped) and not _DATE.fullmatch(value):
            yield _signal("phone", text, start, end)


def _emails(text: str) -> Iterator[Signal]:
    """Addresses as they are, and as they are spelt out to hide them: `jo [at] harbor [dot] example`."""
    for domain, before in ((_DOMAIN, _LOCAL_REVERSED), (_SPELT_OUT, _LOCAL_BEFORE_SPACE)):
        for match in domain.finditer(text):
            local = before.match(text[max(0, match.start() - 64) : match.start()][::-1])
            if local:
                yield _signal("email", text, match.start() - local.end(), match.end())


def _phrases(text: str, lower: str, words: set[str]) -> Iterator[Signal]:
    for word in words & PHRASES.keys():
        kind, needle, pattern, told_by = PHRASES[word]
        if told_by and told_by.isdisjoint(words):
            continue
        position = lower.find(needle)
        while position >= 0:
            match = pattern.match(lower, position)
            if match:
                yield _signal(kind, text, *match.span())
            position = lower.find(needle, match.end() if match else position + 1)
