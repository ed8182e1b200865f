"""Reads hostile XML as a stream, without a tree: nothing is expanded, fetched or nested without end."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from xml.parsers import expat

from crawler.extraction.decoding import decode

MAX_NESTING = 128
CDATA, CDATA_END = "<![CDATA[", "]]>"
BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
# XML knows no such characters; a parser would stop at them.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
DECLARATION = re.compile(r"<\?xml[^>]{0,200}\?>")


class Stop(Exception):
    """Raised by a reader to end the reading; its text is the sentence that says why, empty when it has enough."""


class Reader(Protocol):
    """Hears of the elements in order; names are lower-case and keep their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self) -> None:
        """The innermost element ends."""

    def text(self, data: str) -> None:
        """A piece of text."""


def parse_xml(body: bytes, content_type: str, reader: Reader) -> str:
    """Tell the reader what the XML holds, up to the first fault; gives a sentence on the fault, empty without one."""
    text = NOT_XML.sub("", decode(body, content_type or "text/xml").text).lstrip("\ufeff \t\n")
    text = _mend(DECLARATION.sub("", text, count=1))
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_NESTING:
            raise Stop(f"elements are nested more than {MAX_NESTING} deep; nothing behind that was read")
        reader.start(name.lower(), attributes)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end()

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = parser.AttlistDeclHandler = _refuse_declaration
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except Stop as reason:
        return str(reason)
    except expat.ExpatError as fault:
        with suppress(Stop):
            parser.buffer_text = False  # gives out the text before the fault
        words = expat.ErrorString(fault.code)
        return f"line {fault.lineno} is no valid XML ({words}); nothing behind it was read"
    return ""


def local_name(name: str) -> str:
    """Give the name without its prefix."""
    return name.rpartition(":")[2]


def _refuse_declaration(*_declaration: object) -> None:
    raise Stop("it declares entities or attributes of its own, which are never expanded; nothing behind them was read")


def _mend(text: str) -> str:
    """Escape the ampersands that begin nothing XML knows, except in CDATA, where they stand for themselves."""
    return _outside_cdata(text, lambda part: BARE_AMPERSAND.sub("&amp;", part))


def _outside_cdata(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    at = 0
    while (opened := text.find(CDATA, at)) >= 0 and (closed := text.find(CDATA_END, opened)) >= 0:
        parts += [change(text[at:opened]), text[opened : closed + len(CDATA_END)]]
        at = closed + len(CDATA_END)
    return "".join([*parts, change(text[at:])])
