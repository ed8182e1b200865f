"""The sentence being read: pieces of inline text that become one block, or several where a page sets out cards."""

from itertools import pairwise
from typing import Final

_GLUE_BEFORE: Final = tuple("/,.;:!?)%-–—")
_GLUE_AFTER: Final = tuple("($£€-–—/")
_NO_CARD: Final = -1


class InlineRun:
    """Collects inline text between two block boundaries.

    Neighbours such as a product name, a price and a button, each in an element of its own, stand apart on the screen
    though no block element parts them. They become blocks of their own when the run holds nothing but such elements:
    a price inside a sentence stays in it.
    """

    __slots__ = ("_base", "_card", "_depth", "_direct", "_loose", "_marks", "_strong", "parts")

    def __init__(self) -> None:
        self._depth = self._base = 0
        self._card = _NO_CARD
        self.parts: list[str] = []
        self._marks: list[tuple[int, str]] = []
        self._direct = self._loose = self._strong = False

    def add(self, text: str) -> None:
        """Text as it stands in the markup; whitespace before the first word is dropped."""
        if not text or text.isspace():
            if self.parts:
                self.parts.append(" ")
            return
        self.parts.append(text)
        if self._card == _NO_CARD:
            if self._depth == self._base:
                self._direct = True
            else:
                self._loose = True

    def enter(self) -> None:
        """An inline element begins."""
        self._depth += 1

    def enter_card(self, kind: str, strong: bool) -> None:
        """An element that stands apart begins; `strong` when its class or style says so, not only its being a link."""
        self._depth += 1
        if self._card == _NO_CARD:
            self._card = self._depth
            self._marks.append((len(self.parts), kind))
            self._strong = self._strong or strong

    def leave(self) -> None:
        """The innermost inline element ends."""
        if self._card == self._depth:
            self._card = _NO_CARD
            self._marks.append((len(self.parts), ""))
        self._depth -= 1
        self._base = min(self._base, self._depth)

    def take(self) -> list[tuple[str, str]]:
        """The folded texts with their kinds ("": that of the place), at least one word each; the run is empty after."""
        parts, marks = self.parts, self._marks
        apart = marks and not self._direct and (self._strong or not self._loose)
        self.drop()
        self.parts = []
        self._direct = self._loose = False
        if apart:
            return _set_apart(parts, marks)
        return [(" ".join("".join(parts).split()), "")]

    def drop(self) -> None:
        """A block boundary where no word was read: what comes next is not part of what came before."""
        self._base, self._card = self._depth, _NO_CARD
        if self._marks:
            self._marks = []
            self._strong = False


def _set_apart(parts: list[str], marks: list[tuple[int, str]]) -> list[tuple[str, str]]:
    taken: list[tuple[str, str]] = []
    bounds = [(0, ""), *marks, (len(parts), "")]
    for (start, kind), (end, _) in pairwise(bounds):
        text = " ".join("".join(parts[start:end]).split())
        if not text:
            continue
        if taken and (text.startswith(_GLUE_BEFORE) or taken[-1][0].endswith(_GLUE_AFTER)):
            before, kind_before = taken.pop()
            text, kind = before + text, kind_before or kind
        taken.append((text, kind))
    return taken
