"""How deep markup nests, read tag by tag without a tree and in linear time."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from crawler.extraction.elements import FORMATTING, VOID, names
from crawler.extraction.tokens import Token, attributes, tokens

_MANY_NAMES_LENGTH: Final = 250_000
_LONG_TAG: Final = 2_000
_LOOK_BACK: Final = 32
_SCRIPT_IN_COMMENT: Final = re.compile(r"<script", re.IGNORECASE)

_ROOTS: Final = names("html body")
_TABLE_PARTS: Final = names("tbody thead tfoot tr td th caption colgroup")
_SEE_THROUGH: Final = FORMATTING | names("span p li dt dd option optgroup rb rp rt rtc")
_SEE_THROUGH_IN_TABLES: Final = _SEE_THROUGH | _TABLE_PARTS
_SIBLINGS: Final = {
    "p": names("p"),
    "li": names("li"),
    "dt": names("dt dd"),
    "dd": names("dt dd"),
    "option": names("option"),
    "tr": names("tr td th"),
    "td": names("td th"),
    "th": names("td th"),
}


@dataclass(slots=True)
class Nesting:
    """Upper bounds, as far as a linear look can tell.

    `reopened` counts the formatting elements that a browser would open again, `names` distinct names of elements or
    attributes; `hides_tags` says that a script holds tags in a way that parsers read differently.
    """

    depth: int = 0
    most_attributes: int = 0
    names: int = 0
    reopened: int = 0
    reopened_length: int = 0
    hides_tags: bool = False


def read_nesting(markup: str, deepest: int) -> Nesting:
    """The nesting of the markup, read no further than to an element deeper than `deepest`."""
    reader = _Reader(len(markup) > _MANY_NAMES_LENGTH)
    for token, name, source in tokens(markup):
        if token is Token.START:
            reader.start(name, source)
            if reader.nesting.depth > deepest:
                break
        elif token is Token.END:
            reader.end(name)
        elif token is Token.RAW and name == "script":
            comment = source.find("<!--")
            reader.nesting.hides_tags |= comment >= 0 and _SCRIPT_IN_COMMENT.search(source, comment) is not None
    return reader.result()


class _Reader:
    """Open elements as a parser would hold them, closing only what is closed beyond doubt."""

    def __init__(self, counts_all_attributes: bool) -> None:
        self.nesting = Nesting()
        self._counts_all_attributes = counts_all_attributes
        self._open: list[tuple[str, int]] = []
        self._counts: Counter[str] = Counter()
        self._unclosed = 0
        self._unclosed_length = 0
        self._names: set[str] = set()
        self._attribute_names: set[str] = set()
        self._root_attributes = 0

    def result(self) -> Nesting:
        self.nesting.names = max(len(self._names), len(self._attribute_names))
        self.nesting.most_attributes = max(self.nesting.most_attributes, self._root_attributes)
        return self.nesting

    def start(self, name: str, source: str) -> None:
        self._names.add(name)
        if source and (self._counts_all_attributes or len(source) > _LONG_TAG or name in _ROOTS):
            self._count_attributes(name, source)
        if name in VOID or (name in _TABLE_PARTS and not self._counts["table"]):
            return
        siblings = _SIBLINGS.get(name, ())
        while self._open and self._open[-1][0] in siblings:
            self._pop()
        self._push(name, len(source))

    def end(self, name: str) -> None:
        """An end tag counts when only see-through elements stand between it and its start."""
        if not self._counts[name]:
            return
        in_table = name == "table" or name in _TABLE_PARTS
        passing = _SEE_THROUGH_IN_TABLES if in_table else _SEE_THROUGH
        for back in range(1, min(len(self._open), _LOOK_BACK) + 1):
            candidate = self._open[-back][0]
            if candidate == name:
                self._close(back)
                return
            if candidate not in passing:
                return

    def _push(self, name: str, length: int) -> None:
        nesting = self.nesting
        self._open.append((name, length))
        nesting.depth = max(nesting.depth, len(self._open))
        self._counts[name] += 1
        if name in FORMATTING:
            self._unclosed += 1
            self._unclosed_length += length
        nesting.reopened += self._unclosed
        nesting.reopened_length += self._unclosed_length

    def _pop(self) -> tuple[str, int]:
        name, length = self._open.pop()
        self._counts[name] -= 1
        return name, length

    def _close(self, count: int) -> None:
        """Close that many elements; only the outermost is closed by its own end tag."""
        name, length = "", 0
        for _ in range(count):
            name, length = self._pop()
        if name in FORMATTING:
            self._unclosed -= 1
            self._unclosed_length -= length

    def _count_attributes(self, name: str, source: str) -> None:
        found = attributes(source)
        self.nesting.most_attributes = max(self.nesting.most_attributes, len(found))
        self._attribute_names.update(found)
        # A parser gathers the attributes of every further html and body tag on the first.
        self._root_attributes += len(found) if name in _ROOTS else 0
