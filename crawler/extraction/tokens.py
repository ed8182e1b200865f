"""Markup to tokens in linear time, by the tokenizer rules of the HTML standard; no tree, no memory of what is open."""

import html
import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from crawler.extraction.elements import RAW_TEXT


class Token(Enum):
    """What a piece of markup is; RAW is the text inside a script, style, title, textarea ..."""

    TEXT = "text"
    START = "start"
    END = "end"
    COMMENT = "comment"
    RAW = "raw"


class Lexeme(NamedTuple):
    """One token: `name` is the lower-case tag name, `source` the text, comment or unparsed attributes."""

    token: Token
    name: str
    source: str


# Possessive throughout: a value left open ends at the end of input, and nothing is ever read twice.
_VALUE: Final = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+|(?=>))"""
ATTRIBUTES: Final = rf"""(?:[\s/]++|(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+{_VALUE})?+)*+"""
"""Pattern of everything in a start tag after its name; what follows is `>` or the end of input."""

_TAG: Final = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)({ATTRIBUTES})(>|\Z)")
_ATTRIBUTE: Final = re.compile(
    r"""(=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*+)(?:"|\Z)|'([^']*+)(?:'|\Z)|([^\s>"'][^\s>]*+)|(?=>|\Z)))?+"""
)
_ANY_TAG: Final = re.compile(r"</?[a-zA-Z]")
_OPENING: Final = re.compile(r"<(?:[a-zA-Z!?]|/.)", re.DOTALL)
_COMMENT_END: Final = re.compile(r"--!?>")
_RAW_END: Final = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in RAW_TEXT if name != "plaintext"}
_HUGE_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8}[0-9]*|[xX][0-9a-fA-F]{7}[0-9a-fA-F]*);?")


def tokens(markup: str) -> Iterator[Lexeme]:
    """Every token of the markup in order; a tag that never ends is dropped, as browsers do."""
    position, end = 0, len(markup)
    while position < end:
        opening = _OPENING.search(markup, position)
        start = opening.start() if opening else end
        if start > position:
            yield Lexeme(Token.TEXT, "", markup[position:start])
        if not opening:
            return
        tag = _TAG.match(markup, start)
        if tag is None:
            lexeme, position = _declaration(markup, start)
            yield lexeme
            continue
        position = tag.end()
        if not tag[4]:
            return
        name = tag[2].lower()
        if tag[1]:
            yield Lexeme(Token.END, name, "")
            continue
        yield Lexeme(Token.START, name, tag[3])
        if name in RAW_TEXT:
            start, position = position, _raw_end(markup, name, position)
            yield Lexeme(Token.RAW, name, markup[start:position])


def count_tags(markup: str) -> int:
    """How many start and end tags the markup has, counting those in comments and scripts."""
    return len(_ANY_TAG.findall(markup))


def attributes(source: str) -> dict[str, str | None]:
    """Attributes by lower-case name, references resolved; the first of a name wins."""
    found: dict[str, str | None] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = match[match.lastindex] if match.lastindex and match.lastindex > 1 else None
        found.setdefault(match[1].lower(), unescape(value) if value else value)
    return found


def unescape(text: str) -> str:
    """Character references resolved; a number too long for any character is U+FFFD."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _HUGE_REFERENCE.sub("\ufffd", text)
    return html.unescape(text)


def _declaration(markup: str, start: int) -> tuple[Lexeme, int]:
    """A comment, a doctype or a bogus comment, and the place after it."""
    if markup.startswith("<!--", start):
        if markup.startswith((">", "->"), start + 4):
            return Lexeme(Token.COMMENT, "", ""), markup.index(">", start) + 1
        ending = _COMMENT_END.search(markup, start + 4)
        if ending is None:
            return Lexeme(Token.COMMENT, "", markup[start + 4 :]), len(markup)
        return Lexeme(Token.COMMENT, "", markup[start + 4 : ending.start()]), ending.end()
    end = markup.find(">", start + 2)
    end = end if end >= 0 else len(markup)
    return Lexeme(Token.COMMENT, "", markup[start + 2 : end]), end + 1


def _raw_end(markup: str, name: str, position: int) -> int:
    if name == "plaintext":
        return len(markup)
    ending = _RAW_END[name].search(markup, position)
    return ending.start() if ending else len(markup)
