"""What changed between two captures of a page: its blocks compared, and within a changed block its words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from api.console.captured_text import Row

# The comparison costs up to the product of both lengths; past these bounds it falls back to a linear one.
MOST_PAIRS = 4_000_000
MOST_WORDS = 600
CONTEXT = 1

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a line; `changed` when the other side has something else here."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A block of either capture: `kept`, `removed` or `added`; a `gap` stands for `count` unchanged blocks."""

    kind: str
    stretches: tuple[Stretch, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines to show with the number of removed and added blocks."""

    lines: tuple[Line, ...]
    removed: int
    added: int


def block_texts(text: str, blocks: Sequence[Row]) -> list[str]:
    """Give the text of each block that has any, in order."""
    ordered = sorted((int(row["start"]), int(row["end"])) for row in blocks)
    return [part for start, end in ordered if (part := text[max(0, start) : end].strip())]


def compare(before: Sequence[str], after: Sequence[str]) -> Changes:
    """Compare two lists of block texts, order kept."""
    lines = list(_lines(before, after))
    removed, added = (sum(line.kind == kind for line in lines) for kind in ("removed", "added"))
    return Changes(tuple(_with_gaps(lines)), removed, added)


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    yield from (_kept(text) for text in before[:head])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(middle_before) * len(middle_after) > MOST_PAIRS:
        yield from _by_counting(middle_before, middle_after)
    else:
        yield from _by_order(middle_before, middle_after)
    yield from (_kept(text) for text in before[len(before) - tail :])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _by_order(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if kind == "equal":
            yield from (_kept(text) for text in old)
        elif kind == "replace" and len(old) == len(new):
            yield from _reworded(old, new)
        else:
            yield from (Line("removed", (Stretch(text),)) for text in old)
            yield from (Line("added", (Stretch(text),)) for text in new)


def _by_counting(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    """Which blocks are on one side only, however they were moved."""
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    for text in before:
        if gone[text] > 0:
            gone[text] -= 1
            yield Line("removed", (Stretch(text),))
    for text in after:
        if come[text] > 0:
            come[text] -= 1
            yield Line("added", (Stretch(text),))


def _reworded(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for old, new in zip(before, after, strict=True):
        old_words, new_words = _WORD.findall(old), _WORD.findall(new)
        if max(len(old_words), len(new_words)) > MOST_WORDS:
            yield Line("removed", (Stretch(old),))
            yield Line("added", (Stretch(new),))
            continue
        codes = SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
        yield Line("removed", tuple(Stretch("".join(old_words[a:b]), k != "equal") for k, a, b, _, _ in codes if a < b))
        yield Line("added", tuple(Stretch("".join(new_words[a:b]), k != "equal") for k, _, _, a, b in codes if a < b))


def _kept(text: str) -> Line:
    return Line("kept", (Stretch(text),))


def _with_gaps(lines: Sequence[Line]) -> Iterator[Line]:
    """Unchanged lines further than CONTEXT from a change fold into a gap."""
    changed = [i for i, line in enumerate(lines) if line.kind != "kept"]
    near = {i for place in changed for i in range(place - CONTEXT, place + CONTEXT + 1)}
    folded = 0
    for i, line in enumerate(lines):
        if i in near:
            if folded:
                yield Line("gap", count=folded)
            folded = 0
            yield line
        else:
            folded += 1
    if folded:
        yield Line("gap", count=folded)
