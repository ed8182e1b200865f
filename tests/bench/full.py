"""The whole pipeline on a farm: robots, fetching, WARC, blobs, extraction, judging, store.

Run as `python -m tests.bench.full DATA_FOLDER` with an Order as JSON on standard input; prints what it took as JSON.
"""

import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session

from api.jobs.closing import close_visit
from api.jobs.crawl import Visit
from api.jobs.ledger import Errand
from api.jobs.progress import Fetched, SourceReport
from api.jobs.workshop import Workshop
from api.judging.scanner import Scanner
from api.services.models import current_model
from api.services.room import CaptureRoom
from api.settings import Settings
from api.store.commands.sources import seed_sources
from api.store.engine import writing
from api.store.ids import derived_id
from api.store.kinds import SourceRunState
from api.store.opening import open_store
from api.store.tables.runs import Run, SourceRun
from crawler.fetching.policy import FetchPolicy
from crawler.sources import Source
from tests.bench.farm import HOSTS
from tests.bench.pace import CONCURRENCY, PER_HOST
from tests.bench.watching import Watch

NAME = "farm"


@dataclass(frozen=True, slots=True)
class Order:
    """What to crawl: start URLs and how many pages; `is_whole` asks for each whatever is known of it.

    early: after so many pages the memory is looked at for the first time.
    """

    starts: tuple[str, ...]
    pages: int
    port: int
    is_whole: bool
    early: int


class Silent:
    """A progress for nobody."""

    def say(self, sentence: str) -> None:
        """Hear a sentence."""

    def begin(self, source: str) -> None:
        """Hear that a source begins."""

    def step(self, source: str, done: int, known: int) -> None:
        """Hear of a page."""

    def end(self, report: SourceReport) -> None:
        """Hear that a source is done with."""


class Counter:
    """Counts pages and notes the memory that has been taken when so many are done."""

    def __init__(self, watch: Watch, early: int) -> None:
        self._watch = watch
        self._early = early
        self._pages = 0
        self.not_modified = 0

    def __call__(self, fetched: Fetched) -> None:
        """Hear of a page."""
        self._pages += 1
        self.not_modified += fetched.status == 304
        if self._pages == self._early:
            self._watch.note("early")


def crawl(settings: Settings, order: Order) -> dict[str, float]:
    """Visit the farm once and give counts, seconds, CPU seconds and peak memory by process."""
    source = Source(NAME, "site", tuple(order.starts), max_pages=order.pages, max_depth=20)
    policy = FetchPolicy(
        contact="bench@localhost",
        allowed_addresses=tuple(f"{host}:{order.port}" for host in HOSTS),
        delay_seconds=0.0,
        concurrency=CONCURRENCY,
        per_host=PER_HOST,
    )
    now = datetime.now(UTC)
    engine = open_store(settings)
    with writing(engine) as session:
        errand = _begin(session, source, now, is_whole=order.is_whole)
    with Scanner(current_model(settings)) as scanner:
        shop = Workshop.of(settings, engine, scanner, CaptureRoom(settings), lambda: datetime.now(UTC))
        with Watch() as watch:
            counter = Counter(watch, order.early)
            began = time.perf_counter()
            Visit(shop, errand, policy, Silent(), hear=counter).run()
            seconds = time.perf_counter() - began
        report = close_visit(shop, errand, "", seconds)
    return {
        "pages": report.pages,
        "failed": report.failed,
        "not_modified": counter.not_modified,
        "bytes": report.bytes,
        "seconds": seconds,
    } | watch.took()


def _begin(session: Session, source: Source, now: datetime, *, is_whole: bool) -> Errand:
    seed_sources(session, [source], now)
    run = Run(id=uuid4().hex, as_of=now, started_at=now)
    session.add(run)
    session.flush()
    visit = SourceRun(
        id=derived_id("source_run", run.id, source.name),
        run_id=run.id,
        source=source.name,
        state=SourceRunState.RUNNING,
        started_at=now,
    )
    session.add(visit)
    return Errand(source, visit.id, now, is_whole=is_whole)


def main() -> None:
    """Crawl as ordered."""
    order = Order(**json.load(sys.stdin))
    settings = Settings(data=Path(sys.argv[1]))
    settings.folder.create()
    sys.stdout.write(json.dumps(crawl(settings, order)))


if __name__ == "__main__":
    main()
