"""A linear look at raw markup before any parser sees it: which of the three ways to read it is safe.

selectolax (lexbor) costs time in the square of nesting depth, of attributes on one element and of distinct names, and
opens formatting elements left open again in every block; libxml2 walks its open elements for each stray end tag, and
BeautifulSoup needs 10 microseconds a tag. Every estimate errs towards the slower, safer way; where a short look could
be deceived, the page is too small for it to cost more than a fraction of a second.
"""

import re
from dataclasses import dataclass
from operator import sub
from typing import Final

from crawler.extraction.elements import FORMATTING, VOID, names
from crawler.extraction.flat import MAX_TAGS
from crawler.extraction.nesting import read_nesting
from crawler.extraction.tokens import ATTRIBUTES, attributes, count_tags

MAX_WALKER_DEPTH: Final = 512
MAX_REFERENCE_DEPTH: Final = 20_000
MAX_REFERENCE_TAGS: Final = 400_000
MAX_REFERENCE_STEPS: Final = 1_000_000_000
MAX_REFERENCE_LENGTH: Final = 9_000_000
MAX_ATTRIBUTES: Final = 1_000
MAX_NAMES: Final = 20_000
MAX_REOPENED: Final = 400_000
MAX_REOPENED_LENGTH: Final = 64_000_000

_FEW_STARTS: Final = 512
_FEW_LENGTH: Final = 64_000
_SOME_STARTS: Final = 8_000
_SOME_LENGTH: Final = 400_000
_SHALLOW: Final = MAX_WALKER_DEPTH // 4
_LONG_TAG: Final = 2_000
_ALIKE: Final = 3

_START: Final = re.compile(r"<[a-zA-Z]")
_NAME: Final = re.compile(r"<(/?[a-zA-Z][^\s/>]*)")
_ANY_ATTRIBUTES: Final = re.compile(rf"<[a-zA-Z][^\s/>]*+({ATTRIBUTES})")
_FORMATTING: Final = re.compile(
    rf"<(?:{'|'.join(sorted(FORMATTING - {'a'}, key=len, reverse=True))})(?=[\s/>]){ATTRIBUTES}", re.IGNORECASE
)
_FOREIGN: Final = re.compile(r"<(?:svg|math)", re.IGNORECASE)
_UNCOUNTED: Final = VOID | names(
    "p li dt dd option tr td th tbody thead tfoot /p /li /dt /dd /option /tr /td /th /tbody"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which ways of reading are safe for a page."""

    fits_walker: bool
    fits_reference: bool


def prescan(markup: str) -> Shape:
    """The shape of the markup; only long or deep pages are read tag by tag."""
    # Of these no fewer than start tags.
    if len(markup) <= _FEW_LENGTH and markup.count("<") - markup.count("</") <= _FEW_STARTS:
        return Shape(True, True)
    starts = [match.start() for match in _START.finditer(markup)]
    if len(starts) <= _FEW_STARTS and len(markup) <= _FEW_LENGTH:
        return Shape(True, True)
    if len(starts) <= _SOME_STARTS and len(markup) <= _SOME_LENGTH and _is_shallow(markup, starts):
        return Shape(True, True)
    return _long_look(markup)


def _is_shallow(markup: str, starts: list[int]) -> bool:
    """Whether a short look finds nothing that costs in the square; items, paragraphs and cells add no depth."""
    depth = 0
    for name in _NAME.findall(markup):
        if name in _UNCOUNTED:
            continue
        if name[0] != "/":
            depth += 1
            if depth > _SHALLOW:
                return False
        elif depth:
            depth -= 1
    ends = [*starts[1:], len(markup)]
    if max(map(sub, ends, starts), default=0) > _LONG_TAG and _has_long_tag(markup, starts, ends):
        return False
    reopened = set(_FORMATTING.findall(markup))
    return (
        _ALIKE * len(reopened) * len(starts) <= MAX_REOPENED
        and _ALIKE * sum(map(len, reopened)) * len(starts) <= MAX_REOPENED_LENGTH
    )


def _has_long_tag(markup: str, starts: list[int], ends: list[int]) -> bool:
    """Whether a tag among those with much behind them has more attributes than the walker can stand."""
    return any(
        end - start > _LONG_TAG and _has_many_attributes(markup, start) for start, end in zip(starts, ends, strict=True)
    )


def _has_many_attributes(markup: str, start: int) -> bool:
    tag = _ANY_ATTRIBUTES.match(markup, start)
    return tag is not None and len(tag[1]) > _LONG_TAG and len(attributes(tag[1])) > MAX_ATTRIBUTES


def _long_look(markup: str) -> Shape:
    tags = count_tags(markup)
    if tags > MAX_TAGS:
        return Shape(False, False)
    deepest = min(MAX_REFERENCE_DEPTH, MAX_REFERENCE_STEPS // (tags + 1)) if tags <= MAX_REFERENCE_TAGS else 0
    nesting = read_nesting(markup, max(deepest, MAX_WALKER_DEPTH))
    in_doubt = nesting.hides_tags or ("<![CDATA[" in markup and _FOREIGN.search(markup) is not None)
    return Shape(
        fits_walker=not in_doubt
        and nesting.depth <= MAX_WALKER_DEPTH
        and nesting.most_attributes <= MAX_ATTRIBUTES
        and nesting.names <= MAX_NAMES
        and nesting.reopened <= MAX_REOPENED
        and nesting.reopened_length <= MAX_REOPENED_LENGTH,
        fits_reference=nesting.depth <= deepest and len(markup) <= MAX_REFERENCE_LENGTH,
    )
