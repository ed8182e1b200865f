"""Column types that hold the same value on SQLite and PostgreSQL."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import Column, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

Kind = TypeVar("Kind", bound=StrEnum)

# PostgreSQL refuses NUL in text and neither database encodes lone surrogates; hostile pages hold both.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """True for text that both databases keep as it is."""
    return UNSTORABLE.search(text) is None


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC."""
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back as aware UTC, also where the database drops the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)


class HostileText(TypeDecorator[str]):
    """Text from strangers: NUL and lone surrogates become U+FFFD one for one, so offsets stay true."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what a database cannot hold."""
        return None if value is None else UNSTORABLE.sub("\ufffd", value)


class KindText(TypeDecorator[StrEnum], Generic[Kind]):
    """A StrEnum member kept as its value: kinds live in code, so a new one needs no migration."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[Kind]) -> None:
        super().__init__()
        self.kind = kind

    @override
    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Give the member's value; ValueError for a value the kind does not have."""
        return None if value is None else self.kind(value).value

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Kind | None:
        """Give the member."""
        return None if value is None else self.kind(value)


def kind_column(kind: type[Kind]) -> Column[StrEnum]:
    """Give a NOT NULL column that holds members of one StrEnum."""
    return Column(KindText(kind), nullable=False)
