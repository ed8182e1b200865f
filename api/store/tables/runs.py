"""Runs of the crawler, their sources and the frontier of each."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from api.store.columns import HostileText, UtcDateTime, kind_column
from api.store.kinds import RunKind, RunState, SourceRunState, TargetState
from api.store.tables.base import Row


class Run(Row, table=True):
    """One run; `as_of` is the date its verdicts are made for, `only_sources` what it was narrowed to.

    `warnings` are sentences for the operator; `capture_bytes` is what all captures took on the disk at its end.
    """

    __tablename__ = "run"

    id: str = Field(primary_key=True)
    as_of: datetime = Field(sa_type=UtcDateTime, index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: RunState = Field(default=RunState.RUNNING, sa_column=kind_column(RunState))
    only_sources: list[str] = Field(default_factory=list, sa_type=JSON)
    kind: RunKind = Field(default=RunKind.WEEKLY, sa_column=kind_column(RunKind))
    warnings: list[str] = Field(default_factory=list, sa_type=JSON)
    capture_bytes: int | None = Field(default=None, sa_type=BigInteger)


class SourceRun(Row, table=True):
    """One source within a run: what was fetched, what changed, what is newly flagged, what failed.

    `bytes` are those of the answers as they were sent, headers included, bodies still packed; `errors` maps the reason
    of a failure to how many pages had it; `warnings` are sentences for the operator; `unverified` counts the pages
    whose certificate does not verify.
    """

    __tablename__ = "source_run"
    __table_args__ = (UniqueConstraint("run_id", "source"),)

    id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="run.id")
    source: str = Field(foreign_key="source.name", index=True)
    state: SourceRunState = Field(default=SourceRunState.PENDING, sa_column=kind_column(SourceRunState))
    error: str = Field(default="", sa_type=HostileText)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    pages: int = 0
    changed: int = 0
    new_flags: int = 0
    failed: int = 0
    bytes: int = Field(default=0, sa_type=BigInteger)
    errors: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    warnings: list[str] = Field(default_factory=list, sa_type=JSON)
    unverified: int = 0


class CrawlTarget(Row, table=True):
    """One URL of a source run's frontier; `position` is the order in which it was found.

    `id` derives from source run and URL, which keeps each URL once (an index on the URL itself would refuse long ones).
    """

    __tablename__ = "crawl_target"
    __table_args__ = (Index(None, "source_run_id", "state", "position"),)

    id: str = Field(primary_key=True)
    source_run_id: str = Field(foreign_key="source_run.id")
    url: str = Field(sa_type=HostileText)
    depth: int
    position: int
    state: TargetState = Field(default=TargetState.PENDING, sa_column=kind_column(TargetState))
    attempts: int = 0
    reason: str = ""
    detail: str = Field(default="", sa_type=HostileText)
