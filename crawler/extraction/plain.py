"""Pages that are no HTML but hold text: plain text, JSON, XML feeds."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Final

from crawler.extraction import flat
from crawler.extraction.elements import BLOCKS, FORMATTING, VOID, Attributes, names
from crawler.extraction.events import PageEvents

_HTML: Final = (
    BLOCKS
    | FORMATTING
    | VOID
    | names(
        "h1 h2 h3 h4 h5 h6 li dt dd ol table tr td th pre abbr bdi bdo cite del dfn ins kbd mark q span sub sup time"
    )
)
_MAX_VALUES: Final = 100_000


def walk_text(text: str, events: PageEvents) -> None:
    """Every line a block."""
    events.open("pre", {})
    events.text(text)
    events.close()


def walk_json(text: str, events: PageEvents) -> None:
    """Every string a block, numbers with their name; what is no JSON, or too much of it, is read line by line."""
    try:
        data: object = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        data = text
    lines = list(islice(_values(data), _MAX_VALUES + 1))
    for line in lines if len(lines) <= _MAX_VALUES else [text]:
        walk_text(line, events)


def walk_xml(text: str, events: PageEvents) -> None:
    """Text between tags, every element a block; markup kept as CDATA or as escaped text is read as markup."""
    text = text.replace("<![CDATA[", "").replace("]]>", "")
    if "&lt;" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    flat.walk(text, _Blocks(events))


class _Blocks:
    """Passes events on: elements that HTML does not know are blocks, titles after the first are headings."""

    def __init__(self, events: PageEvents) -> None:
        self._events = events
        self._titled = False

    def open(self, tag: str, attributes: Attributes) -> None:
        if tag == "title":
            tag, self._titled = ("h2" if self._titled else tag), True
        elif tag not in _HTML:
            tag = "div"
        self._events.open(tag, attributes)

    def close(self) -> None:
        self._events.close()

    def text(self, text: str) -> None:
        self._events.text(text)

    def comment(self, text: str) -> None:
        self._events.comment(text)

    def script(self, attributes: Attributes, text: str) -> None:
        self._events.script(attributes, text)


def _values(data: object) -> Iterator[str]:
    todo: list[tuple[str, object]] = [("", data)]
    while todo:
        name, value = todo.pop()
        if isinstance(value, dict):
            todo.extend(reversed(value.items()))
        elif isinstance(value, list):
            todo.extend((name, item) for item in reversed(value))
        elif isinstance(value, str):
            yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{name}: {value}" if name else str(value)
