"""Closes a visit: what came of it, by reason, and what an operator should look at."""

from collections import Counter

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.counting import count
from api.jobs.ledger import Errand
from api.jobs.progress import SourceReport
from api.jobs.workshop import Workshop
from api.services.alarms import visit_warnings
from api.store.commands.captures import list_unreadable
from api.store.commands.frontier import count_targets, list_failed
from api.store.kinds import CaptureState, SourceRunState, TargetState
from api.store.tables.pages import Capture
from api.store.tables.runs import SourceRun
from api.store.tables.sources import StoredSource

UNREADABLE = "unreadable"


def close_visit(shop: Workshop, errand: Errand, error: str, seconds: float) -> SourceReport:
    """Record what came of a visit, with the error that ended it, if one did; gives it as a report."""
    with shop.writing() as session:
        visit = session.exec(select(SourceRun).where(SourceRun.id == errand.source_run_id)).one()
        visit.error = error or _nothing_fetched(session, visit) or _nothing_read(session, visit)
        visit.state = SourceRunState.FAILED if visit.error else SourceRunState.DONE
        visit.finished_at = shop.clock()
        _count(session, visit)
        visit.warnings = [] if visit.error else list(_warnings(session, visit, errand))
        session.add(visit)
        source = session.exec(select(StoredSource).where(StoredSource.name == visit.source)).one()
        source.last_error = visit.error
        if not visit.error:
            source.last_success_at = errand.as_of
        session.add(source)
        return _report(visit, seconds)


def _count(session: Session, visit: SourceRun) -> None:
    unreadable = _count_captures(session, visit, CaptureState.UNREADABLE)
    errors = Counter(target.reason for target in list_failed(session, visit.id))
    if unreadable:
        errors[UNREADABLE] = unreadable
    visit.pages = unreadable + _count_captures(session, visit, CaptureState.JUDGED)
    visit.failed = errors.total()
    visit.errors = dict(errors.most_common())
    visit.unverified = session.exec(
        select(func.count())
        .select_from(Capture)
        .where(Capture.source_run_id == visit.id, Capture.certificate_problem != "")
    ).one()


def _warnings(session: Session, visit: SourceRun, errand: Errand) -> tuple[str, ...]:
    if errand.is_whole:
        # A crawl of what a person named has nothing before it to be held against.
        return ()
    answers = count_targets(session, visit.id) - count_targets(session, visit.id, TargetState.PENDING)
    return visit_warnings(session, visit, answers, errand.source.max_pages)


def _report(visit: SourceRun, seconds: float) -> SourceReport:
    return SourceReport(
        source=visit.source,
        pages=visit.pages,
        changed=visit.changed,
        new_flags=visit.new_flags,
        failed=visit.failed,
        error=visit.error,
        errors=visit.errors,
        warnings=tuple(visit.warnings),
        bytes=visit.bytes,
        unverified=visit.unverified,
        seconds=seconds,
    )


def _nothing_fetched(session: Session, visit: SourceRun) -> str:
    """Say why a visit brought nothing at all; empty when it brought something."""
    if count_targets(session, visit.id, TargetState.FETCHED):
        return ""
    failed = list_failed(session, visit.id)
    if not failed:
        return "nothing was fetched: there is no start URL that could be asked for"
    return f"nothing could be fetched; {failed[0].url}: {failed[0].reason}, {failed[0].detail}"


def _nothing_read(session: Session, visit: SourceRun) -> str:
    """Say why not one page could be read, which speaks against us and not against the pages; else empty."""
    unreadable = list_unreadable(session, visit.id)
    if not unreadable or _count_captures(session, visit, CaptureState.JUDGED):
        return ""
    first = unreadable[0]
    return f"not one of {count(len(unreadable), 'page')} could be read; {first.final_url}: {first.scan_error}"


def _count_captures(session: Session, visit: SourceRun, state: CaptureState) -> int:
    statement = select(func.count()).select_from(Capture)
    return session.exec(statement.where(Capture.source_run_id == visit.id, col(Capture.state) == state)).one()
