"""The weekly job on the demo web: killed half-way and run again, then a week later when two pages have changed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from api.store.kinds import CaptureState, TargetState
from api.store.tables.pages import Capture, SitePage
from api.store.tables.runs import CrawlTarget, Run, SourceRun
from crawler.demo.server import DemoWeb
from crawler.sources import Source
from tests.api.jobs.conftest import Installation, make_installation
from tests.api.world import MONDAY

SITES = ("crystal-harbor", "willow-infusion", "calm-tide-journal", "riverbend-recovery")
WEEKLY = "from api.cli import main; main()"


@pytest.fixture
def demo_web() -> Iterator[DemoWeb]:
    with DemoWeb() as web:
        yield web


@pytest.fixture
def demo(demo_web: DemoWeb, small_model: Path, tmp_path: Path) -> Installation:
    return watching(demo_web, make_installation(tmp_path / "data", small_model, f"127.0.0.1:{demo_web.port}"))


def test_killed_half_way_and_run_again_every_page_is_there_once(
    demo: Installation, demo_web: DemoWeb, small_model: Path, tmp_path: Path
) -> None:
    kill_after_the_first_source(demo, demo_web)
    report = demo.weekly()
    assert report.exit_code == 0
    captured = demo.look(lambda session: session.exec(select(Capture.final_url)).all())
    assert len(captured) == len(set(captured))
    assert demo.look(lambda session: set(session.exec(select(Capture.state)).all())) <= {
        CaptureState.JUDGED,
        CaptureState.LISTING,
    }
    assert TargetState.PENDING not in demo.look(lambda session: session.exec(select(CrawlTarget.state)).all())
    in_one_go = watching(demo_web, make_installation(tmp_path / "other", small_model, f"127.0.0.1:{demo_web.port}"))
    in_one_go.weekly()
    assert pages(demo) == pages(in_one_go)


def test_a_week_later_the_changed_pages_and_only_they_are_judged(demo: Installation, demo_web: DemoWeb) -> None:
    demo.weekly()
    demo_web.show_week(2)
    report = demo.weekly(week=1)
    expected = {demo_web.url(site.name, path) for site in demo_web.sites for path in site.changed_paths()}
    modified = demo.look(
        lambda session: session.exec(
            select(Capture.final_url)
            .join(SourceRun, col(Capture.source_run_id) == SourceRun.id)
            .join(Run, col(SourceRun.run_id) == Run.id)
            .where(col(Capture.not_modified).is_(False), Run.as_of == MONDAY + timedelta(weeks=1))
        ).all()
    )
    assert set(modified) == expected
    assert sum(one.changed for one in report.sources) == len(expected) == 2


def watching(web: DemoWeb, installation: Installation) -> Installation:
    """Watch a few of the demo's sites."""
    sources = [
        Source(
            name=site.source.name,
            spider=site.source.spider,
            start_urls=tuple(web.url(site.name, path) for path in site.source.start_urls),
            max_depth=site.source.max_depth,
            max_pages=site.source.max_pages,
        )
        for site in web.sites
        if site.name in SITES
    ]
    installation.watch(*sources)
    return installation


def kill_after_the_first_source(demo: Installation, web: DemoWeb) -> None:
    """Run `rxwarden weekly` in a process of its own; kill it when it says that a source is done."""
    environment = os.environ | {
        "RXWARDEN_DATA": str(demo.settings.data),
        "RXWARDEN_DEMO": "1",
        "RXWARDEN_ALLOWED_ADDRESSES": f"127.0.0.1:{web.port}",
    }
    command = [sys.executable, "-c", WEEKLY, "weekly", "--as-of", "2026-11-02"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as job:
        assert job.stderr is not None
        assert next(line for line in job.stderr if b" pages, " in line)
        job.send_signal(signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL


def pages(installation: Installation) -> set[str]:
    return set(installation.look(lambda session: session.exec(select(SitePage.url)).all()))
