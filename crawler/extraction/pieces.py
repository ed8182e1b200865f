"""Pieces of text before they have a place in the document, kept within the limits of one page."""

from typing import Final, NamedTuple

from crawler.extraction.elements import Role

MAX_TEXT: Final = 2_500_000
MAX_PIECES: Final = 100_000


class Piece(NamedTuple):
    """A block without offsets; fields as in crawler.items.Block."""

    text: str
    kind: str
    region: str
    tag: str
    hidden: bool


class Place(NamedTuple):
    """Where the text now read stands: the fields of a block that come from open elements, and how to read the text."""

    kind: str
    region: str
    tag: str
    hidden: bool
    reading: Role = Role.INLINE


class PieceKeeper:
    """Adds pieces to lists; what exceeds MAX_PIECES becomes one last piece, what exceeds MAX_TEXT is cut off."""

    def __init__(self) -> None:
        self.titles: list[Piece] = []
        self.truncated = False
        self._room = MAX_TEXT
        self._places = MAX_PIECES
        self._overflow: list[str] = []

    def keep(self, pieces: list[Piece], text: str, place: Place, kind: str = "") -> None:
        """Add a text to the list, with the kind of its place or another; the first title goes to `titles` instead."""
        if self._room <= 0:
            self.truncated = True
            return
        if len(text) > self._room:
            text, self.truncated = text[: self._room], True
        self._room -= len(text) + 1
        self._places -= 1
        if self._places < 0:
            self._overflow.append(text)
            return
        own_kind, region, tag, hidden, _ = place
        kind = kind or own_kind
        if kind != "title":
            pieces.append(Piece(text, kind, region, tag, hidden))
        elif self.titles:
            pieces.append(Piece(text, kind, region, tag, True))
        else:
            self.titles.append(Piece(text, kind, "head", tag, False))

    def give_back(self, count: int) -> None:
        """Pieces that were joined with others make room for as many."""
        self._places += count

    def rest(self) -> list[Piece]:
        """The one piece of what exceeded the limit, if anything did."""
        return [Piece(" ".join(self._overflow), "text", "body", "body", False)] if self._overflow else []
