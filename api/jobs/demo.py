"""The demo: the made-up web on loopback, crawled by the real weekly job in two weeks of the calendar."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from api.exceptions import SettingsInvalid
from api.jobs.progress import Progress, WeeklyReport
from api.jobs.weekly import run_weekly
from api.services.people import add_reviewer, issue_link
from api.services.tokens import draw_base62
from api.settings import Settings
from api.store.commands.sources import seed_sources
from api.store.engine import reading, writing
from api.store.kinds import CaseState, Role
from api.store.opening import open_store
from api.store.queries.queue import QueueFilter, QueueRow, list_queue
from crawler.demo.server import DemoWeb
from crawler.sources import Source

REVIEWER = "demo"
_MARK = "this-folder-holds-a-demo"
_WEEK = timedelta(days=7)


def clear_folder(folder: Path) -> None:
    """Make `folder` an empty place for a demo; SettingsInvalid when it holds anything but an earlier demo."""
    if folder.exists():
        if not (folder / _MARK).is_file() and any(folder.iterdir()):
            raise SettingsInvalid(
                f"{folder} holds something else than an earlier demo; set RXWARDEN_DATA to another folder"
            )
        models = folder / "models"
        for child in folder.iterdir():
            # A model that fits is found by its digest and need not be trained again.
            if child != models:
                shutil.rmtree(child) if child.is_dir() else child.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


@contextmanager
def demo_web(settings: Settings) -> Iterator[tuple[DemoWeb, Settings]]:
    """The demo web at work, and the settings under which the crawler may contact exactly it."""
    with DemoWeb() as web:
        allowed = (f"127.0.0.1:{web.port}",)
        yield web, settings.model_copy(update={"demo": True, "allowed_addresses": allowed})


def run_two_weeks(
    web: DemoWeb, settings: Settings, *, as_of: date, progress: Progress
) -> tuple[WeeklyReport, WeeklyReport]:
    """Watch all demo sites and run the weekly job a week before `as_of` and on it; a page or two change in between."""
    engine = open_store(settings)
    today = datetime.combine(as_of, time(6), UTC)
    with writing(engine) as session:
        seed_sources(session, demo_sources(web), today - _WEEK)
    engine.dispose()
    reports = []
    for week, day in ((1, today - _WEEK), (2, today)):
        web.show_week(week)
        progress.say(f"Week {week}: the weekly job as of {day:%Y-%m-%d}")
        reports.append(run_weekly(settings, as_of=day, progress=progress))
    return reports[0], reports[1]


def demo_sources(web: DemoWeb) -> tuple[Source, ...]:
    """The demo sites as sources to watch."""
    return tuple(
        Source(
            name=site.source.name,
            spider=site.source.spider,
            start_urls=tuple(web.url(site.name, path) for path in site.source.start_urls),
            jurisdiction=site.source.jurisdiction,
            cadence_days=site.source.cadence_days,
            max_depth=site.source.max_depth,
            max_pages=site.source.max_pages,
        )
        for site in web.sites
    )


def list_open(settings: Settings, limit: int) -> tuple[QueueRow, ...]:
    """The first cases of the queue."""
    engine = open_store(settings)
    with reading(engine) as session:
        rows = list_queue(session, QueueFilter(states=(CaseState.OPEN,)), limit=limit).rows
    engine.dispose()
    return rows


def invite(settings: Settings, now: datetime) -> str:
    """Add the demo's reviewer, who may do everything, and give the address that signs them in."""
    engine = open_store(settings)
    with writing(engine) as session:
        add_reviewer(session, name=REVIEWER, role=Role.ADMIN, actor="demo", now=now)
        token = issue_link(session, REVIEWER, draw=draw_base62, actor="demo", now=now)
    engine.dispose()
    return f"{settings.base_url}/sign-in?token={token}"
