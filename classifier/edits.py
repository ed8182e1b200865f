"""Stretches of a text that are read as other words, and the text with them read so."""

from collections.abc import Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """What stands at [start, end) is read as `word`; `hides` where nobody writes so in earnest."""

    start: int
    end: int
    word: str
    hides: bool


def without_overlap(edits: Sequence[Edit]) -> list[Edit]:
    """The edits in order; of two that overlap, the first, and of those the longer one."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def apply(text: str, origins: tuple[int, ...] | None, edits: Sequence[Edit]) -> tuple[str, tuple[int, ...]]:
    """The text with the edits made, and where each of its code points came from."""
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
