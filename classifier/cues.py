"""Rule cues: phrases that sell, evade, claim, hedge, deny, attribute or disclose, found in normalised text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


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
        self._words = frozenset(
            word for cue in self.cues for text in cue.examples for word in re.findall(r"[a-z]{4,}", text.lower())
        )

    def find(self, text: str) -> tuple[CueHit, ...]:
        """The first hit of every cue, in the order of the pack."""
        hits = []
        for cue in self.cues:
            match = cue.pattern.search(text)
            if match:
                hits.append(CueHit(cue, match.start(), match.end()))
        return tuple(hits)

    def knows(self, word: str) -> bool:
        """Whether a word occurs in a cue's example; used to undo disguised spellings."""
        return word in self._words
