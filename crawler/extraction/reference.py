"""The second opinion: BeautifulSoup over lxml, iterative; the oracle of the tests and the fallback of the walker."""

import re
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import Comment, Doctype, NavigableString, PageElement, PreformattedString, Tag

from crawler.extraction.elements import RAW_TEXT
from crawler.extraction.events import PageEvents

_EMPTY_RAW: Final = re.compile(rf"(<(?:{'|'.join(sorted(RAW_TEXT))})(?=[\s/])[^<>]*?)/>", re.IGNORECASE)


def walk(markup: str, events: PageEvents) -> None:
    """Tell the events of the page as libxml2 parses it."""
    soup = BeautifulSoup(_as_html(markup), "lxml", multi_valued_attributes=None)
    above = [iter(soup.contents)]
    while above:
        node = next(above[-1], None)
        if node is None:
            above.pop()
            if above:
                events.close()
        elif isinstance(node, Tag):
            if _enter(node, events):
                above.append(iter(node.contents))
        else:
            _tell(node, events)


def _as_html(markup: str) -> str:
    """Markup whose meaning in a browser is the same, without what the libraries take for something else.

    To libxml2 `<script/>` is an empty element; BeautifulSoup warns of XML, and of a short line that may be an address.
    """
    return _EMPTY_RAW.sub(r"\1>", markup).replace("<?xml", "<!xml") + "\n"


def _enter(node: Tag, events: PageEvents) -> bool:
    """Tell of an element; whether its children are to be told too."""
    tag = node.name.lower()
    attributes = {name: str(value) for name, value in node.attrs.items()}
    if tag == "style":
        return False
    if tag == "script":
        events.script(attributes, "".join(node.strings))
        return False
    events.open(tag, attributes)
    if tag != "noscript":
        return True
    events.text(node.decode_contents())
    events.close()
    return False


def _tell(node: PageElement, events: PageEvents) -> None:
    if isinstance(node, Comment):
        events.comment(node)
    elif isinstance(node, NavigableString) and not isinstance(node, Doctype | PreformattedString):
        events.text(node)
