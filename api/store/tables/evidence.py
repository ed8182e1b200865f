"""The files of the web archive: a hash chain, only ever added to (database triggers refuse UPDATE and DELETE)."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from api.store.columns import UtcDateTime
from api.store.tables.base import Row


class WarcFile(Row, table=True):
    """A WARC file that is written to no more; `hash` is SHA-256 over `previous_hash` and canonical JSON of the rest."""

    __tablename__ = "warc_file"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(unique=True)
    size: int = Field(sa_type=BigInteger)
    sha256: str
    sealed_at: datetime = Field(sa_type=UtcDateTime)
    previous_hash: str
    hash: str
