"""Rows by their ids, many at once; what a session has loaded so it does not ask for again."""

from collections.abc import Iterable
from itertools import islice
from typing import Protocol, TypeVar

from sqlmodel import Session, col, select

# Databases bound how many values a statement may carry; far fewer cost nothing.
AT_ONCE = 1000


class Identified(Protocol):
    """A row with an id of its own."""

    id: str


Found = TypeVar("Found", bound=Identified)


def load_rows(session: Session, table: type[Found], ids: Iterable[str]) -> dict[str, Found]:
    """Give the rows of a table that have one of the ids, by id."""
    found: dict[str, Found] = {}
    rest = iter(dict.fromkeys(ids))
    while some := tuple(islice(rest, AT_ONCE)):
        found.update((row.id, row) for row in session.exec(select(table).where(col(table.id).in_(some))))
    return found
