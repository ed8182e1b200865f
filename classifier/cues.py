"""Rule cues: phrases that sell, evade, claim, hedge, deny, attribute or disclose, found in normalised text."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from classifier.openings import EDGE, alternatives, openings

_WORD = re.compile(r"\w+")
_LETTERS = 3
# Characters after a word that tell whether a cue goes on so.
_LOOKED_AT = 5
# A cue, how many characters after the word to look at, and what they may be.
_Following = tuple[int, int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Cue:
    """One pattern over normalised text, with texts it must find and texts it must pass."""

    id: str
    group: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    counter: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue found at [start, end) of the normalised text."""

    cue: Cue
    start: int
    end: int


class CueSet:
    """All cues of a policy pack."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        self._match = [cue.pattern.match for cue in self.cues]
        # The cues that begin with a word and what comes after it, and those that begin with the first letters of one.
        follow: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        self._by_letters: defaultdict[str, list[int]] = defaultdict(list)
        self._anywhere: list[int] = []
        loose: list[str] = []
        for number, cue in enumerate(self.cues):
            beginnings, rest = _beginnings(cue.pattern.pattern)
            for beginning in beginnings:
                word = _first_word(beginning)
                if beginning == word:
                    self._by_letters[word].append(number)
                else:
                    follow[word, number].add(beginning[len(word) :].removesuffix(EDGE))
            if rest:
                self._anywhere.append(number)
                loose += rest
        # Most texts hold none of what may stand anywhere: one look spares them a search for each such cue.
        self._loose = re.compile("|".join(loose)) if loose else None
        # For each word the cues that may begin with it whatever follows, and those for which that is to be looked at.
        self._by_word: defaultdict[str, tuple[list[int], list[_Following]]] = defaultdict(lambda: ([], []))
        for (word, number), texts in follow.items():
            width = min(_LOOKED_AT, *map(len, texts))
            if width:
                self._by_word[word][1].append((number, width, frozenset(text[:width] for text in texts)))
            else:
                self._by_word[word][0].append(number)
        self._like = lru_cache(maxsize=20_000)(self._beginning_like)
        self.words = frozenset(
            word for cue in self.cues for text in cue.examples for word in re.findall(r"[a-z]{4,}", text.lower())
        )
        """Words of the cues' examples; used to undo disguised spellings."""

    def find(self, text: str) -> tuple[CueHit, ...]:
        """The first hit of every cue, in the order of the pack; a cue is tried only where a match may begin."""
        found: dict[int, re.Match[str]] = {}
        if self._loose and self._loose.search(text):
            searched = ((number, self.cues[number].pattern.search(text)) for number in self._anywhere)
            found = {number: match for number, match in searched if match}
        for place in _WORD.finditer(text):
            word = place.group()
            if word in self._by_word:
                likely, depending = self._by_word[word]
                if depending:
                    after = text[place.end() : place.end() + _LOOKED_AT]
                    likely = likely + [number for number, width, follow in depending if after[:width] in follow]
                if likely:
                    self._try(likely, text, place.start(), found)
            for letters, numbers in self._like(word[:_LETTERS]):
                if word.startswith(letters):
                    self._try(numbers, text, place.start(), found)
        if not found:
            return ()
        return tuple([CueHit(self.cues[n], *found[n].span()) for n in sorted(found)])

    def _try(self, numbers: Iterable[int], text: str, at: int, found: dict[int, re.Match[str]]) -> None:
        """Add the matches at a place of the cues that have not been found before it."""
        for number in numbers:
            if number not in found:
                match = self._match[number](text, at)
                if match:
                    found[number] = match

    def _beginning_like(self, start: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The letters with their cues that words with this start may begin with; fewer than three are a whole word."""
        is_cut = len(start) == _LETTERS
        return tuple(
            (letters, tuple(numbers))
            for letters, numbers in self._by_letters.items()
            if start.startswith(letters) or (is_cut and letters.startswith(start))
        )


def _first_word(beginning: str) -> str:
    word = _WORD.match(beginning)
    return word.group() if word else ""


def _beginnings(pattern: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """How matches of a pattern begin, and those of its alternatives whose matches may begin in any other way."""
    known = openings(pattern)
    if known is not None:
        return known, ()
    # An opening tells of the figures 0 to 9 alone, a search finds those of other scripts too.
    each = {one: openings(one) or frozenset() for one in alternatives(pattern)}
    rest = tuple(one for one, starts in each.items() if not starts or any(start[0].isdigit() for start in starts))
    return frozenset().union(*(starts for one, starts in each.items() if one not in rest)), rest
