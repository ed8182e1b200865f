"""The weekly run: plan, visit each source, close; whatever it is cut off in, the next one goes on with."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from api.exceptions import SettingsInvalid
from api.jobs.crawl import Errand, Stopped, Visit
from api.jobs.lock import hold_lock
from api.jobs.plan import Plan, close_runs, make_plan
from api.jobs.progress import Progress, SourceReport, WeeklyReport
from api.jobs.workshop import Workshop
from api.judging.scanner import Scanner
from api.services.models import current_model
from api.services.sampling import Sample
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.commands.captures import list_unreadable
from api.store.commands.frontier import count_targets, list_failed
from api.store.engine import writing
from api.store.kinds import CaptureState, SourceRunState, TargetState
from api.store.opening import open_store
from api.store.tables.pages import Capture
from api.store.tables.runs import SourceRun
from api.store.tables.sources import StoredSource
from crawler.exceptions import CrawlerError, PolicyInvalid
from crawler.fetching.policy import FetchPolicy
from crawler.items import Archive

LOG = logging.getLogger(__name__)
# Each has a fetcher of its own; politeness is per host, so several at once hurt nobody.
SOURCES_AT_ONCE = 3
DEMO_CONTACT = "demo@localhost"


def run_weekly(
    settings: Settings,
    *,
    as_of: datetime,
    progress: Progress,
    only: Sequence[str] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> WeeklyReport:
    """Visit what is due on a date and what an earlier run left undone; `only` narrows it to named sources.

    RunLocked while another run is at work, SettingsInvalid where nobody is named whom a site's owner could write to.
    """
    policy = fetch_policy(settings)
    settings.folder.create()
    with hold_lock(settings.folder.weekly_lock) as note:
        if note:
            progress.say(note)
        engine = open_store(settings)
        try:
            plan = _plan(engine, as_of=as_of, now=clock(), only=only, new_id=new_id())
            reports = _work_off(settings, engine, plan, policy, progress, clock)
        finally:
            engine.dispose()
    return WeeklyReport(reports, plan.idle)


def fetch_policy(settings: Settings) -> FetchPolicy:
    """Give the fetcher's manners; the demo's sites are our own and are not made to wait."""
    if settings.demo:
        return FetchPolicy(
            contact=settings.contact or DEMO_CONTACT,
            allowed_addresses=settings.allowed_addresses,
            delay_seconds=0.0,
            per_host=4,
        )
    if not settings.contact:
        raise SettingsInvalid(
            "nobody is named whom a site's owner could write to; set RXWARDEN_CONTACT to a URL or mail address "
            "that is read, it becomes part of the crawler's user agent"
        )
    try:
        return FetchPolicy(contact=settings.contact)
    except PolicyInvalid as problem:
        raise SettingsInvalid(f"RXWARDEN_CONTACT: {problem}") from problem


def _plan(engine: Engine, *, as_of: datetime, now: datetime, only: Sequence[str], new_id: str) -> Plan:
    with writing(engine) as session:
        return make_plan(session, as_of=as_of, now=now, only=only, new_id=new_id)


def _work_off(
    settings: Settings,
    engine: Engine,
    plan: Plan,
    policy: FetchPolicy,
    progress: Progress,
    clock: Callable[[], datetime],
) -> tuple[SourceReport, ...]:
    if not plan.errands:
        return ()
    blobs = BlobStore(settings.folder.blobs)
    blobs.sweep()
    with Scanner(current_model(settings)) as scanner:
        archive = Archive(str(settings.folder.warc), settings.warc_megabytes * 1_000_000)
        shop = Workshop(engine, blobs, scanner, Sample(settings.sample_rate), clock, settings.folder, archive)
        # Files that a killed run left behind.
        shop.seal_archive()
        reports = _visit_all(shop, plan, policy, progress)
    with writing(engine) as session:
        close_runs(session, clock())
    return reports


def _visit_all(shop: Workshop, plan: Plan, policy: FetchPolicy, progress: Progress) -> tuple[SourceReport, ...]:
    with ThreadPoolExecutor(SOURCES_AT_ONCE, thread_name_prefix="source") as threads:
        visits = [threads.submit(_visit, shop, errand, policy, progress) for errand in plan.errands]
        try:
            return tuple(visit.result() for visit in visits)
        except BaseException:
            # Interrupted: the visits under way end at their next answer, the others never begin.
            shop.stop.set()
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _visit(shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress) -> SourceReport:
    """Visit one source; whatever goes wrong is recorded with it and the others go on."""
    with shop.writing() as session:
        visit = _source_run(session, errand)
        visit.state, visit.error = SourceRunState.RUNNING, ""
        visit.started_at = visit.started_at or shop.clock()
        session.add(visit)
    progress.begin(errand.source.name)
    error = ""
    try:
        Visit(shop, errand, policy, progress).run()
    except Stopped:
        raise
    except CrawlerError as problem:
        error = str(problem)
        LOG.warning("source %s failed in %s: %s", errand.source.name, errand.source_run_id, problem)
    except Exception as problem:
        error = f"the visit broke off: {type(problem).__name__}: {problem}"
        LOG.exception("source %s failed in %s", errand.source.name, errand.source_run_id)
    report = _close(shop, errand, error)
    progress.end(report)
    return report


def _close(shop: Workshop, errand: Errand, error: str) -> SourceReport:
    with shop.writing() as session:
        visit = _source_run(session, errand)
        visit.error = error or _nothing_fetched(session, visit) or _nothing_read(session, visit)
        visit.state = SourceRunState.FAILED if visit.error else SourceRunState.DONE
        visit.finished_at = shop.clock()
        unreadable = _count_captures(session, visit, CaptureState.UNREADABLE)
        visit.pages = unreadable + _count_captures(session, visit, CaptureState.JUDGED)
        visit.failed = unreadable + count_targets(session, visit.id, TargetState.FAILED)
        session.add(visit)
        source = session.exec(select(StoredSource).where(StoredSource.name == visit.source)).one()
        source.last_error = visit.error
        if not visit.error:
            source.last_success_at = errand.as_of
        session.add(source)
        return SourceReport(visit.source, visit.pages, visit.changed, visit.new_flags, visit.failed, visit.error)


def _nothing_fetched(session: Session, visit: SourceRun) -> str:
    """Say why a visit brought nothing at all; empty when it brought something."""
    if count_targets(session, visit.id, TargetState.FETCHED):
        return ""
    failed = list_failed(session, visit.id)
    if not failed:
        return "nothing was fetched; the source has no start URL that could be asked for"
    return f"nothing could be fetched; {failed[0].url}: {failed[0].reason}, {failed[0].detail}"


def _nothing_read(session: Session, visit: SourceRun) -> str:
    """Say why not one page could be read, which speaks against us and not against the pages; else empty."""
    unreadable = list_unreadable(session, visit.id)
    if not unreadable or _count_captures(session, visit, CaptureState.JUDGED):
        return ""
    return f"none of {len(unreadable)} pages could be read; {unreadable[0].final_url}: {unreadable[0].scan_error}"


def _count_captures(session: Session, visit: SourceRun, state: CaptureState) -> int:
    statement = select(func.count()).select_from(Capture)
    return session.exec(statement.where(Capture.source_run_id == visit.id, col(Capture.state) == state)).one()


def _source_run(session: Session, errand: Errand) -> SourceRun:
    return session.exec(select(SourceRun).where(SourceRun.id == errand.source_run_id)).one()
