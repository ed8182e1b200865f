"""Reviewers, their one-time sign-in links and their sessions; secrets are kept as hashes only."""

from datetime import datetime

from sqlmodel import Field

from api.store.columns import UtcDateTime, kind_column
from api.store.kinds import Role
from api.store.tables.base import Row


class Reviewer(Row, table=True):
    """A person, known by a pseudonym."""

    __tablename__ = "reviewer"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    role: Role = Field(sa_column=kind_column(Role))
    active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class LoginLink(Row, table=True):
    """A sign-in link, good once until `expires_at`; `id` is the hash of its token."""

    __tablename__ = "login_link"

    id: str = Field(primary_key=True)
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReviewerSession(Row, table=True):
    """A signed-in browser; `id` is the hash of its token."""

    __tablename__ = "reviewer_session"

    id: str = Field(primary_key=True)
    reviewer_id: str = Field(foreign_key="reviewer.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
