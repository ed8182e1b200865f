"""Watched sources."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime
from api.store.tables.base import Row


class StoredSource(Row, table=True):
    """A source the weekly job watches; `removed_at` hides it and keeps its history."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    spider: str
    start_urls: list[str] = Field(sa_type=JSON)
    jurisdiction: str
    cadence_days: int
    max_pages: int
    max_depth: int
    enabled: bool = True
    note: str = Field(default="", sa_type=HostileText)
    added_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = Field(default="", sa_type=HostileText)
