"""A whole page read for judging: its passages, each seen in the company of the page's other words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from classifier.entities import Role, Usage
from classifier.features import Reading, View, Viewer
from classifier.page import SHORT_PAGE
from classifier.passages import MAX_LENGTH, split
from classifier.types import ADDRESS_REGION, HEADLINE_REGION, Content, Passage

_SEGMENTS = 2
_FEWEST_WORDS = 2
_EXTENSION = re.compile(r"\.\w{1,5}$")
_WORD_BREAK = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class SeenPassage:
    """A passage with its view."""

    passage: Passage
    view: View


def read_page(content: Content, viewer: Viewer) -> tuple[SeenPassage, ...]:
    """The passages of the text in order, after those that stand outside it."""
    passages = (*outside_passages(content), *split(content))
    readings = [viewer.read(passage.text) for passage in passages]
    roles = _page_roles(content, readings, viewer)
    return tuple(
        [
            SeenPassage(passage, viewer.place(reading, passage.lead_in, roles))
            for passage, reading in zip(passages, readings, strict=True)
        ]
    )


def outside_passages(content: Content) -> tuple[Passage, ...]:
    """The words of the address, and the title where no block shows it."""
    found = []
    words = address_words(content.url)
    if words:
        found.append(Passage(0, 0, words, "", ADDRESS_REGION))
    title = " ".join(content.title.split())[:MAX_LENGTH]
    if any(c.isalnum() for c in title) and not any(block.kind == "title" for block in content.blocks):
        found.append(Passage(0, 0, title, "", HEADLINE_REGION))
    return tuple(found)


def address_words(url: str) -> str:
    """The words of the last parts of the path ("…/shop/blue-mugs-2.html": "shop blue mugs"), "" for fewer than two."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    segments = [segment for segment in path.split("/") if segment][-_SEGMENTS:]
    if segments:
        segments[-1] = _EXTENSION.sub("", segments[-1])
    words = [word for word in _WORD_BREAK.split(" ".join(segments)) if any(c.isalpha() for c in word)]
    return " ".join(words)[:MAX_LENGTH] if len(words) >= _FEWEST_WORDS else ""


def _page_roles(content: Content, readings: Sequence[Reading], viewer: Viewer) -> frozenset[Role]:
    """Roles a page is about: named (not in slang) in title or address, twice in the text, or once on a short page."""
    named = Counter(m.term.role for reading in readings for m in reading.mentions if m.usage is Usage.NAME)
    headline = viewer.read(f"{content.title} {content.url}".replace("-", " ").strip()).mentions
    needed = 1 if len(readings) <= SHORT_PAGE else 2
    titled = {m.term.role for m in headline if m.usage is Usage.NAME}
    return frozenset(titled) | frozenset(r for r, n in named.items() if n >= needed)
