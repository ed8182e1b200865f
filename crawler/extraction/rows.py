"""Table rows: short cells read together, as `5 g | $90 | in stock`; a table that only lays out a page is left alone."""

from itertools import pairwise
from typing import Final

from crawler.extraction.pieces import Piece

MAX_ROW_LENGTH: Final = 800
_MAX_CELL_PIECES: Final = 4
_JOINED: Final = frozenset({"text", "button", "label"})


class Row:
    """One open row: where its pieces begin in the list, and where each cell begins."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._cells: list[int] = []
        self.is_layout = False

    def begin_cell(self, position: int) -> None:
        """The next piece, at `position` of the list, belongs to a new cell."""
        self._cells.append(position)

    def close(self, pieces: list[Piece], region: str, hidden: bool) -> None:
        """Replace the row's pieces by one for the whole row, then those that are no plain text (options, alt ...)."""
        if self.is_layout or len(pieces) == self._start:
            return
        own = pieces[self._start :]
        bounds = [self._start, *self._cells, len(pieces)]
        cells: list[str] = []
        for start, end in pairwise(bounds):
            texts = [piece.text for piece in pieces[start:end] if _is_joined(piece, hidden)]
            if len(texts) > _MAX_CELL_PIECES:
                return
            cells.extend([" ".join(texts)] if texts else [])
        line = " | ".join(cells)
        if not line or len(line) > MAX_ROW_LENGTH:
            return
        pieces[self._start :] = [
            Piece(line, "row", region, "tr", hidden),
            *(piece for piece in own if not _is_joined(piece, hidden)),
        ]


def _is_joined(piece: Piece, hidden: bool) -> bool:
    return piece.kind in _JOINED and piece.hidden == hidden
