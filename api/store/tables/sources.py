"""Watched sources."""

from datetime import datetime

from sqlalchemy import JSON, false, text
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime
from api.store.tables.base import Row


class StoredSource(Row, table=True):
    """A source the weekly job watches; `removed_at` hides it and keeps its history.

    `robots_override` is the reason why robots.txt does not bind it; empty: it does. `second_look` is the reason why
    some of its pages are asked for once more under a browser's name; empty: none are.
    """

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    spider: str
    start_urls: list[str] = Field(sa_type=JSON)
    jurisdiction: str
    cadence_days: int
    max_pages: int
    max_depth: int
    enabled: bool = True
    robots_override: str = Field(default="", sa_type=HostileText, sa_column_kwargs={"server_default": text("''")})
    second_look: str = Field(default="", sa_type=HostileText, sa_column_kwargs={"server_default": text("''")})
    follow_nofollow: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    note: str = Field(default="", sa_type=HostileText)
    added_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = Field(default="", sa_type=HostileText)
