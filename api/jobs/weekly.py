"""The weekly run: plan, visit each source, close; whatever it is cut off in, the next one goes on with."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine
from sqlmodel import select

from api.exceptions import RoomShort, SettingsInvalid
from api.jobs.cloaking import look_for_cloaking
from api.jobs.closing import close_visit
from api.jobs.comparing import compare_all
from api.jobs.ledger import Errand
from api.jobs.lock import hold_lock
from api.jobs.lookout import Lookout
from api.jobs.looks import look_once_more
from api.jobs.plan import Plan, close_runs, make_plan
from api.jobs.progress import Progress, SourceReport, WeeklyReport
from api.jobs.restarts import visit_to_the_end
from api.jobs.workshop import Stopped, Workshop
from api.judging.scanner import Scanner
from api.services.alarms import late_warning
from api.services.models import current_model
from api.services.room import CaptureRoom
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import reading, writing
from api.store.kinds import SourceRunState
from api.store.opening import open_store
from api.store.queries.watch import late_sources
from api.store.tables.runs import Run, SourceRun
from crawler.exceptions import CrawlerError, PolicyInvalid
from crawler.fetching.policy import FetchPolicy

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
    with Lookout(settings, policy, progress.say) as lookout, hold_lock(settings.folder.weekly_lock) as note:
        if note:
            progress.say(note)
        engine = open_store(settings)
        begun, run_id = clock(), new_id()
        try:
            late = "" if only else _lateness(engine, as_of)
            plan = _plan(engine, as_of=as_of, now=begun, only=only, new_id=run_id)
            room = CaptureRoom(settings)
            reports = _work_off(settings, engine, plan, policy, progress, clock, room, lookout)
            warnings = _close(engine, plan, run_id, room, clock(), late)
            if plan.errands:
                progress.say(compare_all(engine, BlobStore(settings.folder.blobs)))
        finally:
            engine.dispose()
    return WeeklyReport(reports, plan.idle, warnings, (clock() - begun).total_seconds())


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


def _lateness(engine: Engine, as_of: datetime) -> str:
    with reading(engine) as session:
        return late_warning(late_sources(session, as_of))


def _close(engine: Engine, plan: Plan, run_id: str, room: CaptureRoom, now: datetime, late: str) -> tuple[str, ...]:
    """Finish what is finished; gives what an operator should know that concerns no single source."""
    taken = room.measure() if plan.errands else None
    warnings = tuple(sentence for sentence in (late, room.warning(taken)) if sentence)
    with writing(engine) as session:
        close_runs(session, now)
        run = session.get(Run, run_id)
        if run is not None:
            run.warnings, run.capture_bytes = list(warnings), taken
            session.add(run)
    return warnings


def _work_off(
    settings: Settings,
    engine: Engine,
    plan: Plan,
    policy: FetchPolicy,
    progress: Progress,
    clock: Callable[[], datetime],
    room: CaptureRoom,
    lookout: Lookout,
) -> tuple[SourceReport, ...]:
    if not plan.errands:
        return ()
    blobs = BlobStore(settings.folder.blobs)
    blobs.sweep()
    with Scanner(current_model(settings)) as scanner:
        shop = Workshop.of(settings, engine, scanner, room, clock)
        # Files that a killed run left behind.
        shop.seal_archive()
        return _visit_all(shop, plan, policy, progress, lookout)


def _visit_all(
    shop: Workshop, plan: Plan, policy: FetchPolicy, progress: Progress, lookout: Lookout
) -> tuple[SourceReport, ...]:
    with ThreadPoolExecutor(SOURCES_AT_ONCE, thread_name_prefix="source") as threads:
        visits = [threads.submit(_visit, shop, errand, policy, progress, lookout) for errand in plan.errands]
        try:
            return tuple(visit.result() for visit in visits)
        except BaseException:
            # Interrupted: the visits under way end at their next answer, the others never begin.
            shop.stop.set()
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _visit(shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress, lookout: Lookout) -> SourceReport:
    """Visit one source; whatever goes wrong is recorded with it and the others go on."""
    begun = shop.clock()
    with shop.writing() as session:
        visit = session.exec(select(SourceRun).where(SourceRun.id == errand.source_run_id)).one()
        visit.state, visit.error = SourceRunState.RUNNING, ""
        visit.started_at = visit.started_at or begun
        session.add(visit)
    progress.begin(errand.source.name)
    error = ""
    try:
        visit_to_the_end(shop, errand, policy, progress)
        look_once_more(shop, errand, policy, lookout, progress)
        look_for_cloaking(shop, errand, policy, progress, lookout.most)
    except Stopped:
        raise
    except (CrawlerError, RoomShort) as problem:
        error = str(problem)
        LOG.warning("source %s failed in %s: %s", errand.source.name, errand.source_run_id, problem)
    except Exception as problem:
        error = f"the visit broke off: {type(problem).__name__}: {problem}"
        LOG.exception("source %s failed in %s", errand.source.name, errand.source_run_id)
    report = close_visit(shop, errand, error, (shop.clock() - begun).total_seconds())
    progress.end(report)
    return report
