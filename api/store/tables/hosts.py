"""Hosts: who visits one now, and until when it asked to be left alone."""

from datetime import datetime

from sqlmodel import Field

from api.store.columns import UtcDateTime
from api.store.tables.base import Row


class Host(Row, table=True):
    """One host of the web; `holder` is the visit that alone may ask it for pages until `leased_until`."""

    __tablename__ = "host"

    name: str = Field(primary_key=True)
    holder: str = ""
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
