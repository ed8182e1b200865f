"""Tables of text (CSV, TSV) with a header line: bounded rows as records, faults told by row."""

import csv
import io
import re
from collections.abc import Iterator

from crawler.listings.entries import MAX_ENTRIES, Problems

DELIMITERS = "\t,;|"
MAX_COLUMNS = 400
NOT_NAME = re.compile(r"[^a-z0-9]+")

# A column's name and its cells' text, in the order of the columns.
Record = list[tuple[str, str]]


def column_name(text: str) -> str:
    """Give a name as exports mean it: lower case, words joined by underscores, no `g:`."""
    return NOT_NAME.sub("_", text.strip().lower().removeprefix("g:")).strip("_")


def header_names(text: str) -> tuple[str, ...]:
    """Give the column names that the first line of a table would have."""
    first = text.lstrip("\ufeff\r\n ")[:20_000].partition("\n")[0].rstrip("\r")
    return tuple(column_name(cell.strip('"')) for cell in first.split(_delimiter(first)))


def read_records(text: str, problems: Problems) -> Iterator[Record]:
    """Give the rows of a table by column name; a row that cannot be read is told and the next one goes on."""
    text = text.lstrip("\ufeff\r\n ")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:20_000].partition("\n")[0]))
    names: list[str] = []
    # One more than is kept, so that whoever keeps them can tell that there are more.
    number = given = 0
    while given <= MAX_ENTRIES:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as fault:
            problems.add(f"row {number} cannot be read and was left out: {fault}")
            continue
        if not names:
            names = [column_name(cell) for cell in row[:MAX_COLUMNS]]
        elif any(row):
            if len(row) > len(names):
                problems.add(f"row {number} has {len(row):,} cells for {len(names):,} columns; the last were left out")
            given += 1
            yield list(zip(names, row, strict=False))


def _delimiter(first: str) -> str:
    return max(DELIMITERS, key=first.count)
