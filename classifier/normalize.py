"""Evasion-proof text: what a reader would recognise, in lower case, with the way back to every original code point."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from string import ascii_lowercase
from typing import NamedTuple
from unicodedata import east_asian_width

from classifier.folding import fold

IsKeyword = Callable[[str], bool]

_LEET = {"0": "o", "1": "li", "2": "z", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LEET |= {"@": "a", "$": "s", "!": "i", "|": "li", "€": "e", "¢": "c", "+": "t"}
_MOST_READINGS = 32
_HAS_LEET = re.compile(r"[a-z][0-9@$!|€¢+]|[0-9@$!|€¢+][a-z]")
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
# Single letters with one and the same thing between them: spaces, a sign beside spaces or two signs; or one sign.
_SPACED = re.compile(
    r"(?<![^\W_])[^\W\d_](?:(?: {1,2}[^\W\d_]){3,80}|( ?[.\-_*·~,+/|] |[.\-_*·~,+/|]{2})[^\W\d_](?:\1[^\W\d_]){2,80})"
    r"(?![^\W_])"
)
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_]([.\-_*·~,+/|])[^\W\d_](?:\1[^\W\d_]){1,80}(?![^\W_])")
# In every such run, and found faster.
_IN_SPACED = re.compile(r"[ .\-_*·~,+/|][^\W\d_][ .\-_*·~,+/|]{1,3}[^\W\d_][ .\-_*·~,+/|]")
_IN_DOTTED = re.compile(r"[.\-_*·~,+/|][^\W\d_][.\-_*·~,+/|]")
# Letters of the longest name that people set apart without hiding anything ("U.S.A.").
_LONGEST_ACRONYM = 4
_SHORTEST_KEYWORD, _LONGEST_KEYWORD = 4, 24
_LONG_WORD = re.compile(r"\b[a-z]{6,60}\b")
_RUN = re.compile(r"(.)\1*")
_TRIPLE = re.compile(r"(.)\1\1")
# Shorter words are too often one letter away from another word.
_LONG_ENOUGH_TO_MISS_ONE = 7
# Words of dictionaries in eight languages that are one slip from a keyword.
_REAL_WORDS = frozenset(
    {"additive", "cognitie", "depresion", "discret", "favorite", "mediation", "patents", "saliva", "seeping"}
    | {"simulation", "singed", "sipping", "stellte", "suppler", "truffels", "truffes"}
)
_MIXED = re.compile(r"[^\W\d_]{4,24}")
# What is tried for one, two and three unknown letters; nothing at all, too.
_GUESSES = ((*"etaoinshrdlcumwfgypbvkjxqz", ""), (*"etaoinshrdlcumwfgypbvk", ""), (*"etaoinsrdlcm", ""))
_MOST_GUESSES = 8


@dataclass(frozen=True, slots=True)
class Normalized:
    """`text[i]` came from the original code point `origins[i]`; `origins` is None where both run in step.

    `disguised` counts look-alike letters, characters hidden inside words and undone spellings: a sign of evasion.
    """

    text: str
    origins: tuple[int, ...] | None
    disguised: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) of a stretch of the normalised text."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


class _Edit(NamedTuple):
    """What stands at [start, end) is read as `word`; `hides` where nobody writes so in earnest."""

    start: int
    end: int
    word: str
    hides: bool


def normalize(text: str, is_keyword: IsKeyword) -> Normalized:
    """Fold case, width, accents and look-alikes, drop invisible characters, undo leet, spacing, stretching and slips.

    A spelling is undone where that yields a word for which `is_keyword` is true, and where stand-ins or full stops part
    letters as in no ordinary word (`tr4ck3d`, `b.u.y`): `500mg` and `mp3` stay.
    """
    if text.isascii():
        folded, origins, disguised = text.lower(), None, 0
    else:
        folded, origins, disguised = fold(text, is_keyword)
    for find in (_edits, _guesses):
        edits = _without_overlap(find(folded, is_keyword))
        if edits:
            folded, origins = _apply(folded, origins, edits)
            disguised += sum(edit.hides for edit in edits)
    return Normalized(folded, origins, disguised)


def _edits(text: str, is_keyword: IsKeyword) -> list[_Edit]:
    edits = []
    for match in _LONG_WORD.finditer(text):
        word = _respelt(match.group(), is_keyword)
        if word:
            edits.append(_Edit(*match.span(), word, bool(_TRIPLE.search(match.group()))))
    if _IN_SPACED.search(text):
        edits += _unspaced(text, is_keyword)
    if _IN_DOTTED.search(text):
        edits += _undotted(text, is_keyword)
    if _HAS_LEET.search(text):
        edits += _unleeted(text, is_keyword)
    return edits


@lru_cache(maxsize=100_000)
def _respelt(word: str, is_keyword: IsKeyword) -> str:
    """The keyword that is meant by a word with letters repeated, two exchanged or one left out; else empty."""
    if is_keyword(word) or word in _REAL_WORDS:
        return ""
    return next(filter(is_keyword, _without_slip(word)), "")


def _without_slip(word: str) -> Iterator[str]:
    """What a word may have been before a slip; first and last letter are kept, for readers go by them."""
    runs = [match.group() for match in _RUN.finditer(word)]
    if len(runs) < len(word):
        singles = [(run,) if len(run) == 1 else (run[0], run[0] * 2) for run in runs]
        yield from map("".join, islice(product(*singles), _MOST_READINGS))
    if len(word) > _LONGEST_KEYWORD:
        return
    for i in range(1, len(word) - 2):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if len(word) >= _LONG_ENOUGH_TO_MISS_ONE:
        for i in range(1, len(word)):
            for letter in ascii_lowercase:
                yield word[:i] + letter + word[i:]


def _unspaced(text: str, is_keyword: IsKeyword) -> Iterator[_Edit]:
    for match in _SPACED.finditer(text):
        joined = "".join(filter(str.isalpha, match.group()))
        word = _find_keywords(joined, is_keyword) or _respelt(joined, is_keyword)
        if word:
            yield _Edit(*match.span(), word, True)


def _undotted(text: str, is_keyword: IsKeyword) -> Iterator[_Edit]:
    for match in _DOTTED.finditer(text):
        joined = match.group()[::2]
        word = joined if is_keyword(joined) else _respelt(joined, is_keyword)
        yield _Edit(*match.span(), word or joined, bool(word) or len(joined) > _LONGEST_ACRONYM)


def _find_keywords(joined: str, is_keyword: IsKeyword) -> str:
    """Letters cut so that keywords take up as many of them as can be, most of them at least; else empty."""
    # For each length: letters outside keywords, cuts, and the pieces with whether each is a keyword.
    best: list[tuple[int, int, tuple[tuple[str, bool], ...]]] = [(0, 0, ())]
    for end in range(1, len(joined) + 1):
        outside, cuts, pieces = best[-1]
        last, is_word = pieces[-1] if pieces else ("", True)
        grown = (*pieces, (joined[end - 1], False)) if is_word else (*pieces[:-1], (last + joined[end - 1], False))
        choices = [(outside + 1, cuts + is_word, grown)]
        for start in range(max(0, end - _LONGEST_KEYWORD), end - _SHORTEST_KEYWORD + 1):
            if is_keyword(joined[start:end]):
                outside, cuts, pieces = best[start]
                choices.append((outside, cuts + 1, (*pieces, (joined[start:end], True))))
        best.append(min(choices))
    outside, _, pieces = best[-1]
    return " ".join(piece for piece, _ in pieces) if outside * 2 < len(joined) else ""


def _unleeted(text: str, is_keyword: IsKeyword) -> Iterator[_Edit]:
    """Keywords, words in which letters and stand-ins mix as in no other, and beside such words any mixture of both."""
    keywords = words = 0
    rest = []
    for match in _LEET_TOKEN.finditer(text):
        token = match.group().rstrip("!")
        start, end = match.start(), match.start() + len(token)
        if token.isalpha() or not _HAS_LETTER.search(token) or _UNIT.fullmatch(token):
            continue
        bare = token.rstrip("|+")
        word = "" if bare.isalpha() else _leet_keyword(bare, is_keyword)
        if word:
            keywords += 1
            yield _Edit(start, start + len(bare), word, True)
        elif _is_in_address(text, start, end):
            continue
        elif _is_leet_word(token):
            words += 1
            yield _Edit(start, end, _spelt_out(token), False)
        elif _MIXTURE.fullmatch(token):
            rest.append((start, end))
    is_all_leet = keywords + words >= _ALL_LEET
    if keywords or words >= _SOME_LEET:
        for start, end in rest:
            if is_all_leet or (end - start > 3 and not _NUMBERED.fullmatch(text, start, end)):
                yield _Edit(start, end, _spelt_out(text[start:end]), False)


def _leet_keyword(token: str, is_keyword: IsKeyword) -> str:
    """The keyword that a token spells out, as it is or with a slip; else empty."""
    choices = [_LEET.get(c, c) for c in token]
    readings = ["".join(reading) for reading in islice(product(*choices), _MOST_READINGS)]
    return next(filter(is_keyword, readings), "") or _respelt(_spelt_out(token), is_keyword)


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


def _guesses(text: str, is_keyword: IsKeyword) -> list[_Edit]:
    """Words with a few letters of no known shape, where a keyword fits."""
    if text.isascii():
        return []
    mixed = (m for m in _MIXED.finditer(text) if 1 <= _unknown(m.group()) <= len(_GUESSES))
    tried = [(m.span(), _fitting(m.group(), is_keyword)) for m in islice(mixed, _MOST_GUESSES)]
    return [_Edit(*span, word, True) for span, word in tried if word]


def _unknown(word: str) -> int:
    """How many letters are none of a to z; more than can be guessed where a wide one is among them."""
    others = [c for c in word if not c.isascii()]
    return len(word) if any(east_asian_width(c) == "W" for c in others) else len(others)


@lru_cache(maxsize=20_000)
def _fitting(word: str, is_keyword: IsKeyword) -> str:
    """The keyword that a word is with letters for the unknown ones, or without them; a short word must fit just one."""
    for form in dict.fromkeys((word, _RUN.sub(r"\1", word))):
        letters = _GUESSES[_unknown(form) - 1]
        choices = [(c,) if c.isascii() else letters for c in form]
        fitting = [found for guess in product(*choices) if is_keyword(found := "".join(guess))]
        if len(fitting) == 1 or (fitting and len(form) >= _LONG_ENOUGH_TO_MISS_ONE):
            return max(fitting, key=len)
    return ""


def _without_overlap(edits: list[_Edit]) -> list[_Edit]:
    kept: list[_Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _apply(text: str, origins: tuple[int, ...] | None, edits: list[_Edit]) -> tuple[str, tuple[int, ...]]:
    source = origins if origins is not None else tuple(range(len(text)))
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for start, end, word, _ in edits:
        pieces += [text[at:start], word]
        places += source[at:start]
        width = end - start
        places += (source[start + min(i * width // len(word), width - 1)] for i in range(len(word) - 1))
        places.append(source[end - 1])
        at = end
    pieces.append(text[at:])
    places += source[at:]
    return "".join(pieces), tuple(places)
