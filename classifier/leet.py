"""Figures and signs that stand for letters (`k3t4m1ne`, `$hipping`), read as the letters."""

import re
from collections.abc import Iterator
from itertools import islice, product

from classifier.edits import Edit
from classifier.slips import MOST_READINGS, Keywords

_LEET = {"0": "o", "1": "li", "2": "z", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LEET |= {"@": "a", "$": "s", "!": "i", "|": "li", "€": "e", "¢": "c", "+": "t"}
# A stand-in beside a letter; it begins with the stand-in, for most texts have none.
HAS_LEET = re.compile(r"[0-9@$!|€¢+](?:(?=[a-z])|(?<=[a-z].))")
_LEET_TOKEN = re.compile(r"[\w@$!|€¢+]{3,40}")
_UNIT = re.compile(
    r"(?:\d+x)?\d+(?:[.,]\d+)?(?:mg|g|gr|kg|ml|mcg|ug|oz|lb|x|k|cc|l|cm|mm|hz|gb|mb|h|hr|hrs|st|nd|rd|th|am|pm|usd|eur|gbp)?"
)
_HAS_LETTER = re.compile(r"[a-z]")
# No keyword, but stand-ins between letters, never more than three together.
_LEET_WORD = re.compile(r"(?=.{4})[0134578@!€¢]{0,3}(?:[a-z]+[01345789@$!€¢]{1,3})+[a-z]*")
_BETWEEN_LETTERS = re.compile(r"[a-z][01345789@$!€¢]{1,3}(?=[a-z])")
_FEWEST_LETTERS = 0.45
# A sign of money beside letters, and no figure.
_PRICELESS = re.compile(r"(?=.*(?:[a-z][€¢]|[€¢][a-z]))[a-z@$!|€¢+]{3,}")
_MIXTURE = re.compile(r"[a-z0-9@$!|€¢+]{3,}")
_NUMBERED = re.compile(r"\d{2,}[a-z]{1,3}|[a-z]+\d{2,}")
_MAIL = re.compile(r"\w{3,}@\w{3,}")
# Words in leet in a text that has others like them, and in one that is written in leet throughout.
_SOME_LEET, _ALL_LEET = 2, 4
# After these letters (^ begins a word) and before those (. ends it) English words have an l more often than an i.
_L_BEFORE = {
    pair[0]: pair[1:]
    for pair in (
        *("^aehiouxy", "a.abcefghiklmopqstuvwyz", "baeijouy", "caeiouxy", "deiy", "e.abcdefhilmopstuwy", "f.aiouy"),
        *("gaeiouy", "hiy", "i.abcdefghiklmopqrstuvwy", "kaiouy", "l.aehijouwy", "miy", "niy", "o.abdefghiklmoptuvwy"),
        *("paeiouy", "riy", "saiuy", "tiy", "u.acefghiklmoptuwy", "w.aeioy", "xy", "y.aeilouvy", "ziy"),
    )
}
_ADDRESS = re.compile(r"[./@:#&=_]")


def unleeted(text: str, keywords: Keywords) -> Iterator[Edit]:
    """Keywords, words in which letters and stand-ins mix as in no other, and beside such words any mixture of both."""
    known = words = 0
    rest = []
    for match in _LEET_TOKEN.finditer(text):
        token = match.group().rstrip("!")
        start, end = match.start(), match.start() + len(token)
        if token.isalpha() or not _HAS_LETTER.search(token) or _UNIT.fullmatch(token):
            continue
        bare = token.rstrip("|+")
        word = "" if bare.isalpha() else _leet_keyword(bare, keywords)
        if word:
            known += 1
            yield Edit(start, start + len(bare), word, True)
        elif _is_in_address(text, start, end):
            continue
        elif _is_leet_word(token):
            words += 1
            yield Edit(start, end, _spelt_out(token), False)
        elif _MIXTURE.fullmatch(token):
            rest.append((start, end))
    is_all_leet = known + words >= _ALL_LEET
    if known or words >= _SOME_LEET:
        for start, end in rest:
            if is_all_leet or (end - start > 3 and not _NUMBERED.fullmatch(text, start, end)):
                yield Edit(start, end, _spelt_out(text[start:end]), False)


def _leet_keyword(token: str, keywords: Keywords) -> str:
    """The keyword that a token spells out, as it is or with a slip; else empty."""
    choices = [_LEET.get(c, c) for c in token]
    readings = ["".join(reading) for reading in islice(product(*choices), MOST_READINGS)]
    return next(filter(keywords.__contains__, readings), "") or keywords.meant_by(_spelt_out(token))


def _is_leet_word(token: str) -> bool:
    """Whether letters and stand-ins mix as in no other word; codes (N01AX03, S07E03) have fewer letters."""
    if _PRICELESS.fullmatch(token):
        return True
    if _MAIL.fullmatch(token) or sum(map(str.isalpha, token)) < _FEWEST_LETTERS * len(token):
        return False
    return _LEET_WORD.fullmatch(token) is not None and _BETWEEN_LETTERS.search(token) is not None


def _is_in_address(text: str, start: int, end: int) -> bool:
    after = text[end : end + 2]
    return bool(_ADDRESS.match(text[max(0, start - 1) : start]) or (_ADDRESS.match(after) and after[1:].isalnum()))


def _spelt_out(token: str) -> str:
    """A disguised word with a letter for every stand-in, l or i by the letters beside it."""
    letters = ["^", *token, "."]
    for i, char in enumerate(letters[1:-1], 1):
        reading = _LEET.get(char, char)
        if len(reading) > 1:
            reading = "l" if _LEET.get(letters[i + 1], letters[i + 1])[0] in _L_BEFORE.get(letters[i - 1], "") else "i"
        letters[i] = reading
    return "".join(letters[1:-1])
