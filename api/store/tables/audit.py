"""The audit log: a hash chain, only ever added to (database triggers refuse UPDATE and DELETE)."""

from datetime import datetime

from sqlmodel import Field

from api.store.columns import UtcDateTime
from api.store.tables.base import Row


class AuditEvent(Row, table=True):
    """Who did what to what; `hash` is SHA-256 over `previous_hash` and the canonical JSON of the other columns.

    `details` is canonical JSON text that names people and pages by id, so that erasing one never breaks the chain.
    """

    __tablename__ = "audit_event"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    action: str
    subject: str = Field(index=True)
    details: str
    previous_hash: str
    hash: str
