"""The fingerprint of a page's template: which boxes it is built of, whatever stands in them."""

import hashlib
import re
from typing import Final

from crawler.extraction.elements import Attributes, names

MAX_DEPTH: Final = 8
BOXES: Final = names("div section header footer nav main aside form ul table article")
"""Elements that make up a layout; others come and go with the text."""

_FEWEST: Final = 8
_MOST: Final = 2_000
_MAX_CLASS: Final = 200
_NUMBERED: Final = re.compile(r"\d")


class Skeleton:
    """Gathers the named boxes near the root of one page."""

    def __init__(self) -> None:
        self._boxes: set[tuple[str, str]] = set()

    def add(self, tag: str, attributes: Attributes) -> None:
        """A box begins; one without a class or an id tells nothing."""
        name = attributes.get("class") or attributes.get("id")
        if name and len(self._boxes) < _MOST:
            self._boxes.add((tag, name[:_MAX_CLASS]))

    @property
    def fingerprint(self) -> str:
        """16 hex digits, equal for pages of one template; "" where too little of one is seen to tell it again.

        Class names with digits are left out, for generators number pages, posts and products in them.
        """
        boxes = {
            f"{tag}.{'.'.join(kept)}"
            for tag, classes in self._boxes
            if (kept := sorted({name for name in classes.split() if not _NUMBERED.search(name)}))
        }
        if len(boxes) < _FEWEST:
            return ""
        return hashlib.sha256("\n".join(sorted(boxes)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
