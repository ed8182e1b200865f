"""API keys; the secret is kept as an HMAC only."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from api.store.columns import UtcDateTime
from api.store.tables.base import Row


class ApiKey(Row, table=True):
    """A program's key; `id` is the public part of `rxw_<id>_<secret>`, `scopes` are KeyScope values."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    name: str
    secret_hash: str
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
