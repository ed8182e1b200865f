"""The sentence being read: pieces of inline text that become one block, or several where a page sets out cards."""

from itertools import pairwise
from typing import Final

_GLUE_BEFORE: Final = tuple("/,.;:!?)%-–—")
_GLUE_AFTER: Final = tuple("($£€-–—/")
_NO_CARD: Final = 1 << 60


class InlineRun:
    """Collects inline text between two block boundaries; `depth` is how many elements are open where it is called.

    Neighbours such as a product name, a price and a button, each in an element of its own, stand apart on the screen
    though no block element parts them. They become blocks of their own when the run holds nothing but such elements:
    a price inside a sentence stays in it. Text no deeper than `base` is the block's own.
    """

    __slots__ = ("_card", "_direct", "_loose", "_marks", "_strong", "base", "parts")

    def __init__(self, depth: int) -> None:
        self.base = depth
        self.parts: list[str] = []
        self._marks: list[tuple[int, str]] = []
        self._card = _NO_CARD
        self._direct = self._loose = self._strong = False

    def add(self, text: str, depth: int) -> None:
        """Text as it stands in the markup; white space before the first word is dropped."""
        if not text or text.isspace():
            if self.parts:
                self.parts.append(" ")
            return
        self.parts.append(text)
        if depth < self._card:
            if depth <= self.base:
                self._direct = True
            else:
                self._loose = True

    def enter_card(self, kind: str, strong: bool, depth: int) -> None:
        """An element that stands apart was opened; `strong` when it does by class or style, not just as a link."""
        if depth < self._card:
            self._card = depth
            self._marks.append((len(self.parts), kind))
            self._strong = self._strong or strong

    def leave(self, depth: int) -> None:
        """An inline element was closed."""
        if depth < self._card < _NO_CARD:
            self._card = _NO_CARD
            self._marks.append((len(self.parts), ""))
        if depth < self.base:
            self.base = depth

    def restart(self, depth: int) -> None:
        """A block boundary: what comes next is not part of what came before."""
        self.base, self._card = depth, _NO_CARD
        if self._marks:
            self._marks = []
            self._strong = False

    def take(self, depth: int) -> list[tuple[str, str]]:
        """The folded texts with their kinds ("": that of the place), at least one word each; the run starts anew."""
        parts, marks = self.parts, self._marks
        apart = marks and not self._direct and (self._strong or not self._loose)
        self.parts = []
        self._direct = self._loose = False
        self.restart(depth)
        if apart:
            return _set_apart(parts, marks)
        return [(" ".join("".join(parts).split()), "")]


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
