"""Evasion-proof text: what a reader would recognise, in lower case, with the way back to every original code point."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from unicodedata import east_asian_width

from classifier.edits import Edit, apply, without_overlap
from classifier.folding import fold
from classifier.leet import HAS_LEET, unleeted
from classifier.slips import LONG_ENOUGH_TO_MISS_ONE, LONGEST_KEYWORD, RUN, Keywords

# Single letters with one and the same thing between them: spaces, a sign beside spaces or two signs; or one sign.
_SPACED = re.compile(
    r"(?<![^\W_])[^\W\d_](?:(?: {1,2}[^\W\d_]){3,80}|( ?[.\-_*·~,+/|] |[.\-_*·~,+/|]{2})[^\W\d_](?:\1[^\W\d_]){2,80})"
    r"(?![^\W_])"
)
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_]([.\-_*·~,+/|])[^\W\d_](?:\1[^\W\d_]){1,80}(?![^\W_])")
# In every such run, and found faster.
_IN_SPACED = re.compile(r"[ .\-_*·~,+/|][^\W\d_][ .\-_*·~,+/|]{1,3}[^\W\d_][ .\-_*·~,+/|]")
_IN_DOTTED = re.compile(r"[.\-_*·~,+/|][^\W\d_][.\-_*·~,+/|]")
# In both.
_LONE_LETTER = re.compile(r"[ .\-_*·~,+/|][^\W\d_][ .\-_*·~,+/|]")
# Letters of the longest name that people set apart without hiding anything ("U.S.A.").
_LONGEST_ACRONYM = 4
_SHORTEST_KEYWORD = 4
_LONG_WORD = re.compile(r"\b[a-z]{6,60}\b")
_TRIPLE = re.compile(r"(.)\1\1")
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


def normalize(text: str, keywords: Keywords) -> Normalized:
    """Fold case, width, accents and look-alikes, drop invisible characters, undo leet, spacing, stretching and slips.

    A spelling is undone where that yields a word that is among `keywords`, and where stand-ins or full stops part
    letters as in no ordinary word (`tr4ck3d`, `b.u.y`): `500mg` and `mp3` stay.
    """
    if text.isascii():
        folded, origins, disguised = text.lower(), None, 0
    else:
        folded, origins, disguised = fold(text, keywords)
    for find in (_edits, _guesses):
        found = find(folded, keywords)
        if found:
            edits = without_overlap(found)
            folded, origins = apply(folded, origins, edits)
            disguised += sum(edit.hides for edit in edits)
    return Normalized(folded, origins, disguised)


def _edits(text: str, keywords: Keywords) -> list[Edit]:
    edits: list[Edit] = []
    if any(map(keywords.meant_by, _LONG_WORD.findall(text))):
        edits += _without_slips(text, keywords)
    if _LONE_LETTER.search(text):
        if _IN_SPACED.search(text):
            edits += _unspaced(text, keywords)
        if _IN_DOTTED.search(text):
            edits += _undotted(text, keywords)
    if HAS_LEET.search(text):
        edits += unleeted(text, keywords)
    return edits


def _without_slips(text: str, keywords: Keywords) -> Iterator[Edit]:
    for match in _LONG_WORD.finditer(text):
        word = keywords.meant_by(match.group())
        if word:
            yield Edit(*match.span(), word, bool(_TRIPLE.search(match.group())))


def _unspaced(text: str, keywords: Keywords) -> Iterator[Edit]:
    for match in _SPACED.finditer(text):
        joined = "".join(filter(str.isalpha, match.group()))
        word = _find_keywords(joined, keywords) or keywords.meant_by(joined)
        if word:
            yield Edit(*match.span(), word, True)


def _undotted(text: str, keywords: Keywords) -> Iterator[Edit]:
    for match in _DOTTED.finditer(text):
        joined = match.group()[::2]
        word = joined if joined in keywords else keywords.meant_by(joined)
        yield Edit(*match.span(), word or joined, bool(word) or len(joined) > _LONGEST_ACRONYM)


def _find_keywords(joined: str, keywords: Keywords) -> str:
    """Letters cut so that keywords take up as many of them as can be, most of them at least; else empty."""
    # For each length: letters outside keywords, cuts, and the pieces with whether each is a keyword.
    best: list[tuple[int, int, tuple[tuple[str, bool], ...]]] = [(0, 0, ())]
    for end in range(1, len(joined) + 1):
        outside, cuts, pieces = best[-1]
        last, is_word = pieces[-1] if pieces else ("", True)
        grown = (*pieces, (joined[end - 1], False)) if is_word else (*pieces[:-1], (last + joined[end - 1], False))
        choices = [(outside + 1, cuts + is_word, grown)]
        for start in range(max(0, end - LONGEST_KEYWORD), end - _SHORTEST_KEYWORD + 1):
            if joined[start:end] in keywords:
                outside, cuts, pieces = best[start]
                choices.append((outside, cuts + 1, (*pieces, (joined[start:end], True))))
        best.append(min(choices))
    outside, _, pieces = best[-1]
    return " ".join(piece for piece, _ in pieces) if outside * 2 < len(joined) else ""


def _guesses(text: str, keywords: Keywords) -> list[Edit]:
    """Words with a few letters of no known shape, where a keyword fits."""
    if text.isascii():
        return []
    mixed = (m for m in _MIXED.finditer(text) if not m.group().isascii() and 1 <= _unknown(m.group()) <= len(_GUESSES))
    tried = [(m.span(), _fitting(m.group(), keywords)) for m in islice(mixed, _MOST_GUESSES)]
    return [Edit(*span, word, True) for span, word in tried if word]


def _unknown(word: str) -> int:
    """How many letters are none of a to z; more than can be guessed where a wide one is among them."""
    others = [c for c in word if not c.isascii()]
    return len(word) if any(east_asian_width(c) == "W" for c in others) else len(others)


@lru_cache(maxsize=20_000)
def _fitting(word: str, keywords: Keywords) -> str:
    """The keyword that a word is with letters for the unknown ones, or without them; a short word must fit just one."""
    for form in dict.fromkeys((word, RUN.sub(r"\1", word))):
        letters = _GUESSES[_unknown(form) - 1]
        choices = [(c,) if c.isascii() else letters for c in form]
        fitting = [found for guess in product(*choices) if (found := "".join(guess)) in keywords]
        if len(fitting) == 1 or (fitting and len(form) >= LONG_ENOUGH_TO_MISS_ONE):
            return max(fitting, key=len)
    return ""
