"""Which sources a weekly run visits: last success and cadence decide, and what an earlier run left undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.exceptions import NotFound
from api.jobs.ledger import Errand
from api.store.commands.captures import judge_again
from api.store.commands.frontier import list_failed, list_urls, passing_failures, queue_again
from api.store.commands.sources import list_sources, to_source
from api.store.ids import derived_id
from api.store.kinds import RunState, SourceRunState
from api.store.tables.runs import Run, SourceRun
from api.store.tables.sources import StoredSource
from crawler.discovery import start_targets


@dataclass(frozen=True, slots=True)
class Plan:
    """What to visit, and the sources that are idle: not due and nothing left undone."""

    errands: tuple[Errand, ...]
    idle: tuple[str, ...]


def make_plan(session: Session, *, as_of: datetime, now: datetime, only: Sequence[str], new_id: str) -> Plan:
    """Open the visits that are due and reopen those that are unfinished; `new_id` is for the run, should one begin.

    Within a source's cadence its last visit counts: done, it is idle, unless URLs failed for reasons that pass or
    start URLs are new; failed or cut off, it goes on. After that a visit begins anew.
    """
    errands, idle, due = [], [], []
    for row in _wanted(session, only):
        last = _last_visit(session, row.name)
        if last is None or as_of >= last[1].as_of + timedelta(days=row.cadence_days):
            due.append(row)
            if last is not None:
                _give_up(session, last[0], now)
        elif _reopen(session, row, last[0]):
            _mark_running(session, last[1])
            errands.append(Errand(to_source(row), last[0].id, last[1].as_of))
        else:
            idle.append(row.name)
    if due:
        errands += _begin(session, due, as_of=as_of, now=now, only=only, run_id=new_id)
    return Plan(tuple(sorted(errands, key=lambda errand: errand.source.name)), tuple(idle))


def close_runs(session: Session, now: datetime) -> None:
    """Finish every run of which no source is left to visit."""
    for run in session.exec(select(Run).where(col(Run.state) == RunState.RUNNING)).all():
        states = {visit.state for visit in session.exec(select(SourceRun).where(SourceRun.run_id == run.id))}
        if not states & {SourceRunState.PENDING, SourceRunState.RUNNING}:
            failed = SourceRunState.FAILED in states
            run.state = RunState.FINISHED_WITH_FAILURES if failed else RunState.FINISHED
            run.finished_at = now
            session.add(run)


def _wanted(session: Session, only: Sequence[str]) -> Iterable[StoredSource]:
    sources = list_sources(session)
    unknown = sorted(set(only) - {row.name for row in sources})
    if unknown:
        raise NotFound(f"there is no source {unknown[0]!r}; `rxwarden sources list` shows which there are")
    # A source that is named is visited even while it is paused.
    return [row for row in sources if row.name in only or (row.enabled and not only)]


def _last_visit(session: Session, source: str) -> tuple[SourceRun, Run] | None:
    return session.exec(
        select(SourceRun, Run)
        .join(Run, col(SourceRun.run_id) == Run.id)
        .where(SourceRun.source == source)
        .order_by(col(Run.as_of).desc(), col(Run.started_at).desc())
    ).first()


def _reopen(session: Session, row: StoredSource, visit: SourceRun) -> bool:
    """Queue again what another try may get; True when the visit has anything to do."""
    again = passing_failures(session, visit.id)
    if visit.state is SourceRunState.FAILED:
        again = list_failed(session, visit.id)
        judge_again(session, visit.id)
    queue_again(session, again)
    starts = {target.url for target in start_targets(to_source(row))}
    news = bool(starts - set(list_urls(session, visit.id)))
    return visit.state is not SourceRunState.DONE or bool(again) or news


def _give_up(session: Session, visit: SourceRun, now: datetime) -> None:
    """Close a visit that was cut off and is overtaken by the next."""
    if visit.state in (SourceRunState.PENDING, SourceRunState.RUNNING):
        visit.state = SourceRunState.FAILED
        visit.error = "the visit was cut off and never resumed; a new one took its place"
        visit.finished_at = now
        session.add(visit)
        session.flush()


def _mark_running(session: Session, run: Run) -> None:
    run.state, run.finished_at = RunState.RUNNING, None
    session.add(run)
    session.flush()


def _begin(
    session: Session, due: Sequence[StoredSource], *, as_of: datetime, now: datetime, only: Sequence[str], run_id: str
) -> list[Errand]:
    session.add(Run(id=run_id, as_of=as_of, started_at=now, only_sources=sorted(only)))
    session.flush()
    errands = []
    for row in due:
        visit = SourceRun(id=derived_id("source_run", run_id, row.name), run_id=run_id, source=row.name)
        session.add(visit)
        errands.append(Errand(to_source(row), visit.id, as_of))
    session.flush()
    return errands
