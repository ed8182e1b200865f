"""The third way to read a page: token by token, with no tree; linear on any input, loses structure but no text."""

import re
from collections import Counter
from typing import Final

from crawler.extraction.elements import BLOCKS, LANDMARKS, VOID
from crawler.extraction.events import PageEvents
from crawler.extraction.tokens import Token, attributes, count_tags, tokens, unescape

MAX_TAGS: Final = 500_000
_ANY_TAG: Final = re.compile(r"<[^<>]*+>")
_LOOK_BACK: Final = 16
_REFERENCES: Final = frozenset({"title", "textarea"})
_SIBLINGS: Final = {
    "a": frozenset({"a"}),
    "li": frozenset({"li", "p"}),
    "dt": frozenset({"dt", "dd", "p"}),
    "dd": frozenset({"dt", "dd", "p"}),
    "option": frozenset({"option"}),
    "optgroup": frozenset({"option", "optgroup"}),
    "td": frozenset({"td", "th", "p"}),
    "th": frozenset({"td", "th", "p"}),
    "tr": frozenset({"tr", "td", "th", "p"}),
    **{tag: frozenset({"p"}) for tag in BLOCKS | LANDMARKS},
}


def walk(markup: str, events: PageEvents) -> None:
    """Tell the events of the markup; an end tag without a start tag close by is ignored.

    Markup of more tags than any honest page has is told as one text.
    """
    if count_tags(markup) > MAX_TAGS:
        events.text(unescape(_ANY_TAG.sub(" ", markup)))
    else:
        _Reader(events).read(markup)


class _Reader:
    """Balances the tags of a token stream."""

    def __init__(self, events: PageEvents) -> None:
        self._events = events
        self._open: list[str] = []
        self._counts: Counter[str] = Counter()
        self._script: dict[str, str | None] = {}

    def read(self, markup: str) -> None:
        for token, name, source in tokens(markup):
            if token is Token.TEXT:
                self._events.text(unescape(source))
            elif token is Token.START:
                self._start(name, source)
            elif token is Token.END:
                self._end(name)
            elif token is Token.RAW:
                self._raw(name, source)
            else:
                self._events.comment(source)
        self._close(len(self._open))

    def _start(self, name: str, source: str) -> None:
        found = attributes(source) if source else {}
        if name in ("script", "style"):
            self._script = found
            return
        siblings = _SIBLINGS.get(name, ())
        while self._open and self._open[-1] in siblings:
            self._close(1)
        self._events.open(name, found)
        if name in VOID:
            self._events.close()
        else:
            self._open.append(name)
            self._counts[name] += 1

    def _end(self, name: str) -> None:
        if not self._counts[name]:
            return
        for back in range(1, min(len(self._open), _LOOK_BACK) + 1):
            if self._open[-back] == name:
                self._close(back)
                return

    def _raw(self, name: str, source: str) -> None:
        if name == "script":
            self._events.script(self._script, source)
        elif name != "style":
            self._events.text(unescape(source) if name in _REFERENCES else source)

    def _close(self, count: int) -> None:
        for _ in range(count):
            self._counts[self._open.pop()] -= 1
            self._events.close()
