"""What changed between two captures of a page: its blocks compared, and within a changed block its words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from api.console.captured_text import Row

# A comparison in order costs up to the number of blocks times the number of equal pairs. Hostile pages reach for that
# product; past these bounds order is given up, and blocks or words are compared by counting or not at all.
MOST_BLOCKS = 1_000
MOST_EQUAL_PAIRS = 10_000
MOST_WORDS = 600
MOST_REWORDED = 40
MOST_LINES = 400
LONGEST_LINE = 4_000
CONTEXT = 1

_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


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
    """The lines to show with the number of removed and added blocks; `left_out` more lines would follow."""

    lines: tuple[Line, ...]
    removed: int
    added: int
    left_out: int = 0


def block_texts(text: str, blocks: Sequence[Row]) -> list[str]:
    """Give the text of each block that has any, in order; very long ones cut."""
    ordered = sorted((int(row["start"]), int(row["end"])) for row in blocks)
    parts = (text[max(0, start) : end].strip() for start, end in ordered)
    return [part if len(part) <= LONGEST_LINE else part[:LONGEST_LINE] + " …" for part in parts if part]


def compare(before: Sequence[str], after: Sequence[str]) -> Changes:
    """Compare two lists of block texts, order kept."""
    lines = list(_lines(before, after))
    removed, added = (sum(line.kind == kind for line in lines) for kind in ("removed", "added"))
    shown = list(_with_gaps(lines))
    return Changes(tuple(shown[:MOST_LINES]), removed, added, max(0, len(shown) - MOST_LINES))


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    yield from (_kept(text) for text in before[:head])
    middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
    if _is_bounded(middle_before, middle_after, MOST_BLOCKS):
        yield from _by_order(middle_before, middle_after)
    else:
        yield from _by_counting(middle_before, middle_after)
    yield from (_kept(text) for text in before[len(before) - tail :])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _is_bounded(one: Sequence[str], other: Sequence[str], most: int) -> bool:
    if max(len(one), len(other)) > most:
        return False
    times = Counter(other)
    return sum(times[part] for part in one) <= MOST_EQUAL_PAIRS


def _by_order(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    reworded = 0
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if kind == "equal":
            yield from (_kept(text) for text in old)
        elif kind == "replace" and len(old) == len(new) and reworded + len(old) <= MOST_REWORDED:
            reworded += len(old)
            for pair in zip(old, new, strict=True):
                yield from _reworded(*pair)
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


def _reworded(before: str, after: str) -> Iterator[Line]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if not _is_bounded(old, new, MOST_WORDS):
        yield Line("removed", (Stretch(before),))
        yield Line("added", (Stretch(after),))
        return
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    yield Line("removed", tuple(Stretch("".join(old[a:b]), kind != "equal") for kind, a, b, _, _ in codes if a < b))
    yield Line("added", tuple(Stretch("".join(new[a:b]), kind != "equal") for kind, _, _, a, b in codes if a < b))


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
