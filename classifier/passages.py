"""Text to passages: one sentence, list item or table row, each read under the heading above it."""

import re
from collections.abc import Sequence

from classifier.types import Content, ContentBlock, Passage, TextBlock

MAX_LENGTH = 400
_SHORT = 70
_LINE = re.compile(r"[^\n\r]+")
# Pieces are trimmed, so one space each side is enough; no run of spaces or stops is read more than once.
_SEPARATOR = re.compile(r"\s[|•·►▪●]\s")
# Begun with the stop itself, for stops are found fast, and so is their absence.
_STOP = r"[.!?…](?<![.!?…]{2})[.!?…]*+[\"'”’)\]]*+\s++(?=[^a-zа-я\s])"
_SENTENCE_END = re.compile(_STOP)
_WIDE_STOP = re.compile("[。！？]")
_SENTENCE_END_OR_WIDE_STOP = re.compile(rf"{_STOP}|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"(?<![^\s(])(?:[A-Za-z]|[Dd]r|[Mm]rs?|[Mm]s|[Pp]rof|[Ss]t|[Nn]o|[Nn]r|vs|etc|approx|e\.g|i\.e|U\.S|[Ff]ig|[Ii]nc|[Cc]o"
    r"|[Ll]td|al|z\.B|bzw|ca|[Ss]r|[Jj]r|[Vv]ol|pp?)\.$"
)
_LONGEST_ABBREVIATION = 6
_POINTS_BACK = re.compile(
    r"(?:these|those|they|such|both of|all of (?:these|them)|each of (?:these|them)"
    r"|th(?:is|e) (?:product|item|powder|stock|shop|batch)|estos|estas|ces|diese|questi|queste|estes|deze|те|эти)\b",
    re.IGNORECASE,
)
_WORD_CHARACTER = re.compile(r"[^\W_]")
_WHOLE = frozenset({"row", "button", "option", "label", "title", "heading", "alt", "aria", "placeholder", "link"})
_HEADING_KINDS = frozenset({"heading", "title"})


def text_blocks(text: str) -> tuple[TextBlock, ...]:
    """The non-empty lines of plain text; a short line without a full stop before a longer one is a heading."""
    lines = [m for m in _LINE.finditer(text) if m.group().strip()]
    blocks = []
    for match, following in zip(lines, (*lines[1:], None), strict=False):
        line = match.group().strip()
        is_heading = (
            following is not None
            and len(line) <= 90
            and line[-1] not in ".!;,|"
            and not re.match(r"[-*•·\d]", line)
            and (len(following.group()) > len(line) or re.match(r"\s*[-*•·\d]", following.group()) is not None)
        )
        blocks.append(TextBlock(match.start(), match.end(), "heading" if is_heading else "text"))
    return tuple(blocks)


def split(content: Content) -> tuple[Passage, ...]:
    """All passages of the content in order; offsets point into `content.text`."""
    blocks: Sequence[ContentBlock] = content.blocks or text_blocks(content.text)
    passages: list[Passage] = []
    heading = content.title
    for block in blocks:
        lead_in = heading
        if block.kind in _HEADING_KINDS and not block.hidden:
            heading = content.text[block.start : block.end].strip()
            lead_in = content.title if content.title.strip() != heading else ""
        for start, end in _cut(content.text, block):
            passages.append(Passage(start, end, content.text[start:end], lead_in, block.region, block.hidden))
    return tuple(passages)


def _cut(text: str, block: ContentBlock) -> list[tuple[int, int]]:
    start, end = block.start, block.end
    if block.kind in _WHOLE and end - start <= MAX_LENGTH:
        return _trim(text, start, end)
    found: list[tuple[int, int]] = []
    for segment_start, segment_end in _merge_short(text, _segments(text, start, end)):
        sentences = _sentences(text, segment_start, segment_end)
        for sentence in _join_back(text, sentences) if len(sentences) > 1 else sentences:
            found += _bounded(text, *sentence)
    return found


def _segments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Pieces between visible separators ("Home | Shop | 5 g")."""
    found: list[tuple[int, int]] = []
    at = start
    for match in _SEPARATOR.finditer(text, start, end):
        found += _trim(text, at, match.start())
        at = match.end()
    return found + _trim(text, at, end)


def _merge_short(text: str, segments: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring scraps (a name, a price, a button) are read together: alone none of them says anything."""
    merged: list[tuple[int, int]] = []
    for start, end in segments:
        if merged and end - merged[-1][0] <= 240 and _is_scrap(text, *merged[-1]) and end - start <= _SHORT:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _is_scrap(text: str, start: int, end: int) -> bool:
    return text[end - 1] not in ".!?" and (end - start <= _SHORT or " | " in text[start:end])


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    ends = _SENTENCE_END_OR_WIDE_STOP if _WIDE_STOP.search(text, start, end) else _SENTENCE_END
    found: list[tuple[int, int]] = []
    at = start
    for match in ends.finditer(text, start, end):
        if match.end() - at < 12 or _ends_abbreviation(text, at, match.start()):
            continue
        found += _trim(text, at, match.end())
        at = match.end()
    # Segments have been trimmed.
    return found + _trim(text, at, end) if at > start else [(start, end)]


def _ends_abbreviation(text: str, at: int, stop: int) -> bool:
    """Whether the single full stop at `stop` belongs to a short form that starts at or after `at`."""
    if text[stop : stop + 1] != "." or not text[stop + 1 : stop + 2].isspace():
        return False
    return _ABBREVIATION.search(text, max(at, stop - _LONGEST_ABBREVIATION), stop + 1) is not None


def _join_back(text: str, sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A sentence that points back ("These products …") is read with the one before it: alone it says nothing."""
    joined: list[tuple[int, int]] = []
    for start, end in sentences:
        if joined and _POINTS_BACK.match(text, start) and end - joined[-1][0] <= MAX_LENGTH:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut what has no full stop at a semicolon, comma or space, so that no passage is longer than MAX_LENGTH."""
    if end - start <= MAX_LENGTH:
        return [(start, end)]
    found: list[tuple[int, int]] = []
    while end - start > MAX_LENGTH:
        window = text[start : start + MAX_LENGTH]
        cut = max(window.rfind("; "), window.rfind(" - "), window.rfind(", "))
        if cut < MAX_LENGTH // 3:
            cut = window.rfind(" ")
        cut = MAX_LENGTH if cut < MAX_LENGTH // 3 else cut + 1
        found += _trim(text, start, start + cut)
        start += cut
    return found + _trim(text, start, end)


def _trim(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The piece without the spaces around it; nothing where no letter or figure is left."""
    piece = text[start:end]
    if not _WORD_CHARACTER.search(piece):
        return []
    return [(end - len(piece.lstrip()), start + len(piece.rstrip()))]
