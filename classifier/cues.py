"""Rule cues: phrases that sell, evade, claim, hedge, deny, attribute or disclose, found in normalised text."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from classifier.openings import alternatives, openings

_LETTERS = 3
_WORD_START = re.compile(rf"\b\w{{1,{_LETTERS}}}")


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
        self._by_opening: defaultdict[str, list[int]] = defaultdict(list)
        self._anywhere: list[int] = []
        loose: list[str] = []
        for number, cue in enumerate(self.cues):
            beginnings, rest = _beginnings(cue.pattern.pattern)
            for beginning in beginnings:
                self._by_opening[beginning].append(number)
            if rest:
                self._anywhere.append(number)
                loose += rest
        # Most texts hold none of what may stand anywhere: one look spares them a search for each such cue.
        self._loose = re.compile("|".join(loose)) if loose else None
        self._longer: defaultdict[str, list[str]] = defaultdict(list)
        for opening in self._by_opening:
            for end in range(1, _LETTERS + 1):
                self._longer[opening[:end]].append(opening)
        self._at = lru_cache(maxsize=20_000)(self._beginning_at)
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
        for word in _WORD_START.finditer(text):
            at = word.start()
            for opening, numbers in self._at(word.group()):
                if text.startswith(opening, at):
                    self._try(numbers, text, at, found)
        if not found:
            return ()
        return tuple(CueHit(self.cues[n], *found[n].span()) for n in sorted(found))

    def _try(self, numbers: Iterable[int], text: str, at: int, found: dict[int, re.Match[str]]) -> None:
        """Add the matches at a place of the cues that have not been found before it."""
        for number in numbers:
            if number not in found and (match := self.cues[number].pattern.match(text, at)):
                found[number] = match

    def _beginning_at(self, letters: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The openings with their cues that may stand at a word with these first letters; fewer are a whole word."""
        whole = letters if len(letters) == _LETTERS else f"{letters} "
        complete = (letters[:end] for end in range(1, len(letters) + 1))
        beginnings = dict.fromkeys((*complete, *self._longer.get(whole, ())))
        return tuple((one, tuple(self._by_opening[one])) for one in beginnings if one in self._by_opening)


def _beginnings(pattern: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """How matches of a pattern begin, and those of its alternatives whose matches may begin in any other way."""
    known = openings(pattern)
    if known is not None:
        return known, ()
    # An opening tells of the figures 0 to 9 alone, a search finds those of other scripts too.
    each = {one: openings(one) or frozenset() for one in alternatives(pattern)}
    rest = tuple(one for one, starts in each.items() if not starts or any(map(str.isdigit, starts)))
    return frozenset().union(*(starts for one, starts in each.items() if one not in rest)), rest
