"""From the events of a page to its pieces of text in document order."""

import re
from typing import Final, TypeAlias

from crawler.extraction import flat
from crawler.extraction.elements import Attributes, Look, Role, look
from crawler.extraction.facts import NOTED, SPEAKING, SPOKEN, PageFacts, spoken
from crawler.extraction.pieces import Piece, PieceKeeper, Place
from crawler.extraction.rows import Row
from crawler.extraction.runs import InlineRun
from crawler.extraction.skeleton import BOXES, MAX_DEPTH, Skeleton
from crawler.extraction.structured import json_ld

_MAX_EMBEDDING: Final = 4
_MAX_BAD_JSON: Final = 20_000
_MARKUP: Final = re.compile(r"<[a-zA-Z/!]")
# Looking a member up in its enumeration costs as much as the rest of an event.
_INLINE, _LINK, _CARD, _ASIDE, _EMBED, _ROW, _CELL, _LINES = (
    Role.INLINE,
    Role.LINK,
    Role.CARD,
    Role.ASIDE,
    Role.EMBED,
    Role.ROW,
    Role.CELL,
    Role.LINES,
)
_CONDITION: Final = re.compile(r"^\s{0,9}\[if [^\]<>]{0,99}\]>|<!\[endif\]\s{0,9}$", re.IGNORECASE)
_RUNNING_TEXT: Final = frozenset({"text", "heading", "item", "row", "button", "option", "label"})
_ROW_BREAKERS: Final = frozenset({"heading", "item"})


_HEAD: Final = Place("meta", "head", "meta", False)
_JSON_LD: Final = Place("jsonld", "head", "script", False)

Frame: TypeAlias = tuple[Role, bool, Place, InlineRun, list[Piece]]
"""Role of an open element, whether it stays in the sentence, and what it changed, to be put back when it ends."""


class BlockBuilder:
    """Receives the events of one page (see PageEvents) and keeps its pieces and facts.

    `unclosed_comment` is the content of a comment that runs to the end of the page.
    """

    def __init__(self, url: str, unclosed_comment: str = "") -> None:
        self.facts = PageFacts(url)
        self.keeper = PieceKeeper()
        self.skeleton = Skeleton()
        self.body: list[Piece] = []
        self._structured: list[Piece] = []
        self.scripts = self.script_length = 0
        self._unclosed_comment = unclosed_comment
        self._place = Place("text", "body", "body", False)
        self._run = InlineRun(0)
        self._pieces = self.body
        self._asides: list[Piece] = []
        self._said: set[tuple[str, str]] = set()
        self._frames: list[Frame] = []
        self._rows: list[Row] = []
        self._embedding = 0

    def open(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        seen = look(tag, attributes)
        role = seen.role
        in_sentence = role is _INLINE or role is _LINK or role is _CARD
        if in_sentence and seen.hidden and not self._place.hidden:
            role, in_sentence = _ASIDE, False
        frames = self._frames
        frames.append((role, in_sentence, self._place, self._run, self._pieces))
        if in_sentence:
            if role is not _INLINE:
                self._run.enter_card(seen.kind, role is _CARD, len(frames))
        elif role is _ASIDE or role is _EMBED:
            self._begin_beside(tag, attributes, seen, role)
        else:
            self._begin_block(tag, seen, role)
        if attributes or tag == "img":
            self._note(tag, attributes)

    def _note(self, tag: str, attributes: Attributes) -> None:
        """Gather what the attributes of an element tell; without any, only an image tells something."""
        if len(self._frames) <= MAX_DEPTH and tag in BOXES and not self._embedding:
            self.skeleton.add(tag, attributes)
        if tag in NOTED:
            self.facts.note(tag, attributes, self._place.region, self._place.hidden)
        if tag in SPEAKING or not SPOKEN.isdisjoint(attributes):
            for kind, text in spoken(tag, attributes):
                self._say(kind, text)

    def close(self) -> None:
        """The innermost open element ends."""
        frames = self._frames
        role, in_sentence, place, run, pieces = frames.pop()
        if in_sentence:
            self._run.leave(len(frames))
            return
        self._flush()
        if role is _ROW:
            count = len(self._pieces)
            self._rows.pop().close(self._pieces, self._place.region, self._place.hidden)
            self.keeper.give_back(count - len(self._pieces))
        self._place, self._run, self._pieces = place, run, pieces

    def text(self, text: str) -> None:
        """Text as a reader sees it."""
        reading = self._place.reading
        if reading is _INLINE:
            run = self._run
            if run.parts or not text.isspace():
                run.add(text, len(self._frames))
        elif reading is _EMBED:
            self._embed(text)
        else:
            for line in text.split("\n"):
                self._run.add(line, 0)
                self._flush()

    def comment(self, text: str) -> None:
        """The inside of a comment: kept, as hidden, when it holds markup or hides the rest of the page."""
        if _MARKUP.search(text) or (self._unclosed_comment and text.strip() == self._unclosed_comment):
            self._embed_aside("comment", _CONDITION.sub("", text), hidden=True)

    def script(self, attributes: Attributes, text: str) -> None:
        """A script: JSON-LD is read, a template kept as hidden, code only counted."""
        kind = (attributes.get("type") or "").lower()
        self.facts.script(attributes, text)
        if "ld+json" in kind:
            self._json_ld(text)
        elif "template" in kind or kind == "text/html":
            self._embed_aside("script", text, hidden=True)
        else:
            self.scripts += 1
            self.script_length += len(text)

    def finish(self) -> list[Piece]:
        """All pieces in order: title, meta texts, the body, JSON-LD that the body does not say, contact links."""
        self._flush()
        head = list(self.keeper.titles)
        for text in self.facts.meta_texts:
            if text not in {piece.text for piece in self.keeper.titles}:
                self.keeper.keep(head, text, _HEAD)
        shown = {piece.text for piece in (*head, *self.body)}
        pieces = [*head, *self.body, *(piece for piece in self._structured if piece.text not in shown)]
        for text, region in self.facts.contacts.items():
            self.keeper.keep(pieces, text, Place("link", region, "a", False))
        return [*pieces, *self.keeper.rest()]

    def visible_text(self) -> str:
        """What a reader sees of the body without images and hints."""
        return " ".join(piece.text for piece in self.body if not piece.hidden and piece.kind in _RUNNING_TEXT)

    def _flush(self) -> None:
        """End the sentence being read."""
        run, depth = self._run, len(self._frames)
        if run.parts:
            for text, kind in run.take(depth):
                self.keeper.keep(self._pieces, text, self._place, kind)
        else:
            run.restart(depth)
        if self._asides and self._pieces is not self._asides:
            self._pieces.extend(self._asides)
            self._asides.clear()

    def _begin_beside(self, tag: str, attributes: Attributes, seen: Look, role: Role) -> None:
        """An element that is read beside the sentence begins."""
        if role is _ASIDE:
            self._step_aside(tag, seen.hidden)
            return
        if tag == "iframe" and (source := attributes.get("srcdoc")):
            self._embed_aside(tag, source, hidden=seen.hidden)
        self._step_aside(tag, True, role)

    def _begin_block(self, tag: str, seen: Look, role: Role) -> None:
        """An element that ends the sentence begins."""
        self._flush()
        kind, region, around, hidden, reading = self._place
        if self._rows and (role is _ROW or seen.kind in _ROW_BREAKERS):
            self._rows[-1].is_layout = True
        if role is _ROW:
            self._rows.append(Row(len(self._pieces)))
        elif role is _CELL:
            kind = "text"
            if self._rows:
                self._rows[-1].begin_cell(len(self._pieces))
        elif role is _LINES:
            reading = role
        kind = "aria" if tag == "title" and around == "svg" else seen.kind or kind
        self._place = Place(kind, seen.region or region, tag, hidden or seen.hidden, reading)

    def _step_aside(self, tag: str, hidden: bool, reading: Role = Role.INLINE) -> None:
        """Read what follows apart from the sentence around it, which goes on after."""
        place = self._place
        self._place = Place(place.kind, place.region, tag, place.hidden or hidden, reading)
        if self._run.parts:
            self._pieces = self._asides
        self._run = InlineRun(len(self._frames))

    def _say(self, kind: str, text: str) -> None:
        """Keep a text that is no part of a sentence, once a page."""
        if (kind, text) not in self._said:
            self._said.add((kind, text))
            self.keeper.keep(self._asides if self._run.parts else self._pieces, text, self._place, kind)

    def _embed_aside(self, tag: str, markup: str, *, hidden: bool) -> None:
        self._frames.append((_ASIDE, False, self._place, self._run, self._pieces))
        self._step_aside(tag, hidden)
        self._embed(markup)
        self.close()

    def _embed(self, markup: str) -> None:
        """Read markup that stood inside markup; nested too deep it is kept as it stands."""
        if self._embedding >= _MAX_EMBEDDING:
            self._run.add(markup, len(self._frames))
            return
        place = self._place
        self._place = place._replace(reading=Role.INLINE)
        self._embedding += 1
        flat.walk(markup, self)
        self._embedding -= 1
        self._place = place

    def _json_ld(self, source: str) -> None:
        texts = json_ld(source)
        kind = "jsonld" if texts is not None else "jsonld-bad"
        if texts is None:
            texts = [bad] if (bad := " ".join(source[:_MAX_BAD_JSON].split())) else []
        for text in texts:
            self.keeper.keep(self._structured, text, _JSON_LD, kind)
