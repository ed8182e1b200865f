"""What a parser tells of a page: the one interface between the three ways to read markup and the block builder."""

from typing import Protocol

from crawler.extraction.elements import Attributes


class PageEvents(Protocol):
    """Receives a page in document order; every `open` has its `close`, names are lower case."""

    def open(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""

    def close(self) -> None:
        """The innermost open element ends."""

    def text(self, text: str) -> None:
        """Text as a reader sees it, references resolved."""

    def comment(self, text: str) -> None:
        """The inside of a comment."""

    def script(self, attributes: Attributes, text: str) -> None:
        """A whole script element."""
