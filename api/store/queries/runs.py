"""Weekly runs and what came of their sources."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.exceptions import NotFound
from api.store.kinds import RunState
from api.store.tables.runs import Run, SourceRun


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its sources, by name."""

    run: Run
    sources: tuple[SourceRun, ...]


def list_runs(session: Session, limit: int = 50) -> tuple[RunDetail, ...]:
    """List runs, the latest first."""
    runs = session.exec(select(Run).order_by(col(Run.as_of).desc(), col(Run.started_at).desc()).limit(limit)).all()
    return tuple(RunDetail(run, list_source_runs(session, run.id)) for run in runs)


def read_run(session: Session, run_id: str) -> RunDetail:
    """Read one run; NotFound when there is none of that id."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound(f"there is no run {run_id!r}; open one from the list of runs")
    return RunDetail(run, list_source_runs(session, run_id))


def list_source_runs(session: Session, run_id: str) -> tuple[SourceRun, ...]:
    """List the sources of a run by name."""
    return tuple(session.exec(select(SourceRun).where(SourceRun.run_id == run_id).order_by(SourceRun.source)))


def unfinished_run(session: Session) -> Run | None:
    """Give the run that was cut off, if there is one."""
    return session.exec(select(Run).where(Run.state == RunState.RUNNING).order_by(col(Run.started_at))).first()
