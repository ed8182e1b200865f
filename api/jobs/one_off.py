"""The one-off crawl: the addresses a person names are fetched, judged and stored once, as the weekly run would."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.exceptions import RoomShort
from api.jobs.closing import close_visit
from api.jobs.comparing import compare_all
from api.jobs.ledger import Errand
from api.jobs.lock import ONE_OFF as ONE_OFF_LOCK
from api.jobs.lock import hold_lock
from api.jobs.lookout import Lookout
from api.jobs.looks import look_once_more
from api.jobs.plan import close_runs
from api.jobs.progress import Fetched, Hear, Progress, SourceReport
from api.jobs.restarts import visit_to_the_end
from api.jobs.weekly import fetch_policy
from api.jobs.workshop import Workshop
from api.judging.scanner import Scanner
from api.services.models import current_model
from api.services.room import CaptureRoom
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.commands.frontier import list_pending
from api.store.commands.hosts import release_all
from api.store.commands.sources import ONE_OFF, keep_one_off
from api.store.engine import reading, writing
from api.store.ids import derived_id
from api.store.kinds import RunKind, SourceRunState
from api.store.opening import open_store
from api.store.queries.looks import is_wanted
from api.store.tables.runs import Run, SourceRun
from crawler.discovery import start_targets
from crawler.exceptions import FetcherDied
from crawler.fetching.addresses import ANY_PORT
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure
from crawler.sources import Source, url_problem

# Where nobody is named whom a stranger could write to, no stranger is contacted.
OWN_CONTACT = "nobody@localhost"
# Our own machines are not made to wait for us.
OWN_PER_HOST = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What to crawl: `depth` links from the given URLs, `pages` in all at most (given URLs are always fetched).

    allowed: addresses, with a port or without, that may be contacted though they are not public.
    """

    urls: tuple[str, ...]
    depth: int = 0
    pages: int = 500
    allowed: tuple[str, ...] = ()


def run_one_off(
    settings: Settings,
    request: Request,
    *,
    progress: Progress,
    hear: Callable[[Engine, Fetched], None],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> SourceReport:
    """Crawl; `hear` is told of each page when it is done with, and may look at the store.

    RunLocked while another run is at work, PolicyInvalid where an allowed address is none.
    """
    policy = one_off_policy(settings, request)
    settings.folder.create()
    lock = settings.folder.weekly_lock
    with Lookout(settings, policy, progress.say) as lookout, hold_lock(lock, ONE_OFF_LOCK) as note:
        if note:
            progress.say(note)
        engine = open_store(settings)
        try:
            errand = _begin(engine, request, clock(), new_id())
            told = _Told(request, engine, hear, holds_back=lookout.is_on)
            return _work_off(settings, engine, errand, policy, progress, told, clock, lookout)
        finally:
            engine.dispose()


def one_off_policy(settings: Settings, request: Request) -> FetchPolicy:
    """Give the fetcher's manners: those of the weekly run, but none are owed to the operator's own machines.

    Without a contact nobody but the allowed addresses is contacted.
    """
    named = settings.contact or settings.demo
    base = fetch_policy(settings) if named else FetchPolicy(contact=OWN_CONTACT, only_allowed=True)
    policy = replace(base, allowed_addresses=(*base.allowed_addresses, *request.allowed))
    if policy.only_allowed or all(_is_own(url, policy) for url in request.urls):
        policy = replace(policy, delay_seconds=0.0, per_host=OWN_PER_HOST)
    return policy


def _is_own(url: str, policy: FetchPolicy) -> bool:
    """Tell a URL on an allowed address, written as such or as a name of this machine."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port or ANY_PORT
        address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else str(ip_address(host))
    except ValueError:
        return False
    return bool({(address, port), (address, ANY_PORT)} & policy.guard().allowed)


class _Told:
    """Passes on what came of each URL, under the spelling it was given in, and names what cannot be asked for."""

    def __init__(
        self, request: Request, engine: Engine, hear: Callable[[Engine, Fetched], None], *, holds_back: bool
    ) -> None:
        self._engine = engine
        self._holds_back = holds_back
        self._held: list[Fetched] = []
        self._hear = hear
        self._given: dict[str, str] = {}
        for url in request.urls:
            if not url_problem(url):
                self._given.setdefault(start_targets(_source((url,), request))[0].url, url)
        self.refused = tuple(url for url in dict.fromkeys(request.urls) if url_problem(url))

    def __call__(self, fetched: Fetched) -> None:
        """Hear of a URL; one that a browser will look at is told of when that is done."""
        if self._holds_back and fetched.capture_id is not None and self._is_looked_at(fetched.capture_id):
            self._held.append(fetched)
            return
        self._tell(fetched)

    def release(self) -> None:
        """Tell of what was held back."""
        held, self._held = self._held, []
        for fetched in held:
            self._tell(fetched)

    def _is_looked_at(self, capture_id: str) -> bool:
        with reading(self._engine) as session:
            return is_wanted(session, capture_id)

    def _tell(self, fetched: Fetched) -> None:
        self._hear(self._engine, replace(fetched, url=self._given.get(fetched.url, fetched.url)))

    def refuse(self) -> None:
        """Tell of the URLs that are none."""
        for url in self.refused:
            self(Fetched(url, url, None, 0, failure=FetchFailure(url, "invalid_url", url_problem(url))))


def _source(urls: tuple[str, ...], request: Request) -> Source:
    # Where no links are followed, redirects may lead anywhere, as they would a reader.
    spider = "site" if request.depth else "url_list"
    return Source(ONE_OFF, spider, urls, max_depth=request.depth, max_pages=request.pages)


def _begin(engine: Engine, request: Request, now: datetime, run_id: str) -> Errand:
    urls = tuple(url for url in dict.fromkeys(request.urls) if not url_problem(url))
    with writing(engine) as session:
        keep_one_off(session, now)
        _give_up(session, now)
        session.add(Run(id=run_id, as_of=now, started_at=now, kind=RunKind.ONE_OFF))
        session.flush()
        visit = SourceRun(
            id=derived_id("source_run", run_id, ONE_OFF),
            run_id=run_id,
            source=ONE_OFF,
            state=SourceRunState.RUNNING,
            started_at=now,
        )
        session.add(visit)
    return Errand(_source(urls, request), visit.id, now, is_whole=True)


def _give_up(session: Session, now: datetime) -> None:
    """Close crawls that were cut off; what they saved stays and is judged by the next."""
    cut_off = select(SourceRun).where(SourceRun.source == ONE_OFF, col(SourceRun.finished_at).is_(None))
    for visit in session.exec(cut_off).all():
        visit.state, visit.finished_at = SourceRunState.FAILED, now
        visit.error = "the crawl was cut off; what it saved stays"
        session.add(visit)
        release_all(session, visit.id)
    session.flush()
    close_runs(session, now)


def _work_off(
    settings: Settings,
    engine: Engine,
    errand: Errand,
    policy: FetchPolicy,
    progress: Progress,
    told: _Told,
    clock: Callable[[], datetime],
    lookout: Lookout,
) -> SourceReport:
    begun = clock()
    blobs = BlobStore(settings.folder.blobs)
    blobs.sweep()
    progress.begin(ONE_OFF)
    told.refuse()
    with Scanner(current_model(settings)) as scanner:
        shop = Workshop.of(settings, engine, scanner, CaptureRoom(settings), clock)
        # Files that a killed run left behind.
        shop.seal_archive()
        error = _fetch_all(shop, errand, policy, progress, told) if errand.source.start_urls else ""
        look_once_more(shop, errand, policy, lookout, progress)
        told.release()
        report = close_visit(shop, errand, error, (clock() - begun).total_seconds())
    with writing(engine) as session:
        close_runs(session, clock())
    progress.end(report)
    progress.say(compare_all(engine, blobs))
    return report


def _fetch_all(shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress, hear: Hear) -> str:
    """Visit until nothing waits; gives why that could not be reached."""
    try:
        visit_to_the_end(shop, errand, policy, progress, hear=hear)
    except RoomShort as problem:
        _tell_pending(shop, errand, hear, "no_room", str(problem))
        return str(problem)
    except FetcherDied as problem:
        _tell_pending(shop, errand, hear, "fetcher_died", str(problem))
        return str(problem)
    return ""


def _tell_pending(shop: Workshop, errand: Errand, hear: Hear, reason: str, why: str) -> None:
    with shop.reading() as session:
        pending = list_pending(session, errand.source_run_id)
    for target in pending:
        failure = FetchFailure(target.url, reason, why, target.depth)
        hear(Fetched(target.url, target.url, None, 0, failure=failure))
