"""Rule cues: phrases that sell, evade, claim, hedge, deny, attribute or disclose, found in normalised text."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from classifier.openings import LONGEST_OPENING, openings

_WORD_START = re.compile(rf"\b\w{{1,{LONGEST_OPENING}}}")


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
        self._anywhere: list[int] = []
        self._by_opening: defaultdict[str, list[int]] = defaultdict(list)
        for number, cue in enumerate(self.cues):
            beginnings = openings(cue.pattern.pattern)
            if beginnings is None:
                self._anywhere.append(number)
            for beginning in beginnings or ():
                self._by_opening[beginning].append(number)
        self._at = lru_cache(maxsize=20_000)(self._beginning_at)
        self.words = frozenset(
            word for cue in self.cues for text in cue.examples for word in re.findall(r"[a-z]{4,}", text.lower())
        )
        """Words of the cues' examples; used to undo disguised spellings."""

    def find(self, text: str) -> tuple[CueHit, ...]:
        """The first hit of every cue, in the order of the pack; a cue is tried only where a match may begin."""
        found: dict[int, re.Match[str]] = {}
        for number in self._anywhere:
            if match := self.cues[number].pattern.search(text):
                found[number] = match
        for word in _WORD_START.finditer(text):
            for number in self._at(word.group()):
                if number not in found and (match := self.cues[number].pattern.match(text, word.start())):
                    found[number] = match
        return tuple(CueHit(self.cues[n], found[n].start(), found[n].end()) for n in sorted(found))

    def _beginning_at(self, letters: str) -> tuple[int, ...]:
        """The cues that may begin at a word with these first letters."""
        return tuple(n for end in range(1, len(letters) + 1) for n in self._by_opening.get(letters[:end], ()))
