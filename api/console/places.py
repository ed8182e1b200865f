"""Where on its page a signal stands, in words: a disclosure in the footer says less than one beside the price."""

from bisect import bisect_right
from collections.abc import Sequence

from api.console.captured_text import Row
from api.store.tables.pages import StoredDocument

SHOWN = 200
REGION = {
    "aside": "beside the text",
    "body": "",
    "footer": "in the footer",
    "form": "in a form",
    "head": "in the head, for machines",
    "header": "in the header",
    "main": "in the main text",
    "nav": "in the navigation",
    "table": "in a table",
}


def placed(document: StoredDocument) -> tuple[tuple[Row, str], ...]:
    """Give the first signals of a document, each with its place."""
    blocks = sorted(document.blocks, key=lambda block: int(block["start"]))
    starts = [int(block["start"]) for block in blocks]
    return tuple((signal, _place(blocks, starts, int(signal["start"]))) for signal in document.signals[:SHOWN])


def _place(blocks: Sequence[Row], starts: Sequence[int], start: int) -> str:
    index = bisect_right(starts, start) - 1
    if index < 0:
        return ""
    block = blocks[index]
    words = ("hidden" if block["hidden"] else "", REGION.get(str(block["region"]), ""))
    return ", ".join(word for word in words if word)
