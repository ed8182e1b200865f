"""The captured text of a page as paragraphs and pieces, each finding marked in place; offsets are code points."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from api.console.invisible import Unseen, split_runs
from classifier.labels import Family

# More than anybody reads at once; past it only the surroundings of findings are shown.
SHOWN = 100_000
AROUND = 1_500

Row = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Span:
    """Where a finding lies and how its mark looks; `number` is the one on its card."""

    number: int
    start: int
    end: int
    family: Family


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch under the same marks: `numbers` cover it, `opening` begin here; `unseen` names what cannot be shown."""

    text: str
    unseen: Unseen | None = None
    numbers: tuple[int, ...] = ()
    opening: tuple[int, ...] = ()
    families: frozenset[Family] = frozenset()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of the page; `left_out` characters before it are not shown, its region may be a new one."""

    kind: str
    region: str
    hidden: bool
    pieces: tuple[Piece, ...]
    begins_region: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Cover:
    start: int
    end: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    kind: str
    region: str
    hidden: bool


def lay_out(text: str, blocks: Sequence[Row], spans: Sequence[Span], *, shown: int = SHOWN) -> list[Paragraph]:
    """Give the text as paragraphs; of a very long text the first `shown` characters and what surrounds each finding."""
    spans = [span for span in (_clipped(span, len(text)) for span in spans) if span.start < span.end]
    covers = _covers(spans)
    ends = [cover.end for cover in covers]
    windows = _windows(len(text), spans, shown)
    paragraphs: list[Paragraph] = []
    region, left_out, shown_up_to = "", 0, 0
    for part in _in_windows(_all_blocks(text, blocks), windows):
        left_out = _readable(text, shown_up_to, part.start) if part.start > shown_up_to else 0
        pieces = tuple(_pieces(text, part, covers, bisect_left(ends, part.start + 1)))
        paragraphs.append(Paragraph(part.kind, part.region, part.hidden, pieces, part.region != region, left_out))
        region, shown_up_to = part.region, part.end
    rest = _readable(text, shown_up_to, len(text))
    return [*paragraphs, Paragraph("end", region, False, (), left_out=rest)] if rest else paragraphs


def _clipped(span: Span, length: int) -> Span:
    return replace(span, start=max(0, span.start), end=min(span.end, length))


def _readable(text: str, start: int, end: int) -> int:
    return len(text[start:end].strip())


def _all_blocks(text: str, rows: Sequence[Row]) -> Iterator[_Block]:
    """The rows in order without overlap, and blocks of no kind for text that no row owns."""
    done = 0
    for block in sorted((_block(row, len(text)) for row in rows), key=lambda block: (block.start, block.end)):
        if text[done : block.start].strip():
            yield _Block(done, block.start, "text", block.region, False)
        start = max(done, block.start)
        if start < block.end:
            yield replace(block, start=start)
        done = max(done, block.end)
    if text[done:].strip():
        yield _Block(done, len(text), "text", "", False)


def _block(row: Row, length: int) -> _Block:
    start, end = (min(length, max(0, int(row[name]))) for name in ("start", "end"))
    return _Block(start, max(start, end), str(row["kind"]), str(row["region"]), bool(row.get("hidden")))


def _windows(length: int, spans: Sequence[Span], shown: int) -> list[tuple[int, int]]:
    """The ranges to show, apart and in order; the more findings, the less of what surrounds each."""
    around = min(AROUND, SHOWN // max(1, len(spans)))
    wanted = sorted(
        [(0, min(shown, length)), *((max(0, s.start - around), min(length, s.end + around)) for s in spans)]
    )
    merged: list[tuple[int, int]] = []
    for start, end in wanted:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _in_windows(blocks: Iterable[_Block], windows: Sequence[tuple[int, int]]) -> Iterator[_Block]:
    ends = [end for _, end in windows]
    for block in blocks:
        for place in range(bisect_left(ends, block.start + 1), len(windows)):
            start, end = windows[place]
            if start >= block.end:
                break
            yield replace(block, start=max(start, block.start), end=min(end, block.end))


def _covers(spans: Sequence[Span]) -> list[_Cover]:
    """Stretches apart from each other, each under the same spans."""
    cuts = sorted({cut for span in spans for cut in (span.start, span.end)})
    covers = []
    for start, end in pairwise(cuts):
        over = tuple(span for span in spans if span.start <= start and end <= span.end)
        if over:
            covers.append(_Cover(start, end, over))
    return covers


def _pieces(text: str, block: _Block, covers: Sequence[_Cover], first: int) -> Iterator[Piece]:
    """The block cut where covers begin and end; `first` is the first cover that does not end before it."""
    done = block.start
    for place in range(first, len(covers)):
        cover = covers[place]
        start, end = max(cover.start, done), min(cover.end, block.end)
        if start >= end:
            break
        yield from _runs(text[done:start], (), ())
        opening = tuple(span.number for span in cover.spans if span.start == start)
        yield from _runs(text[start:end], cover.spans, opening)
        done = end
    yield from _runs(text[done : block.end], (), ())


def _runs(text: str, spans: tuple[Span, ...], opening: tuple[int, ...]) -> Iterator[Piece]:
    numbers, families = tuple(span.number for span in spans), frozenset(span.family for span in spans)
    for run in split_runs(text):
        yield Piece(run.text, run.unseen, numbers, opening, families)
        opening = ()
