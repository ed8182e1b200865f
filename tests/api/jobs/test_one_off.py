"""The one-off crawl beside the weekly job: what it stores, a page that kills the fetcher, a crawl that is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest
from sqlmodel import col, select

from api.exceptions import SourceInvalid
from api.jobs.one_off import Request, one_off_policy, run_one_off
from api.jobs.progress import Fetched, SourceReport
from api.settings import Settings
from api.store.commands.sources import list_sources
from api.store.kinds import CaptureState, RunKind, RunState, SourceRunState
from api.store.queries.runs import list_runs
from api.store.tables.cases import Case
from api.store.tables.hosts import Host
from api.store.tables.pages import Capture, SitePage
from crawler.sources import Source
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.test_weekly_failures import kill_children
from tests.api.jobs.web import TinyWeb

OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon."


def crawl(
    installation: Installation, *urls: str, depth: int = 0, pages: int = 500
) -> tuple[SourceReport, list[Fetched]]:
    """Crawl once; gives the report and what was heard of each URL."""
    told: list[Fetched] = []
    report = run_one_off(
        installation.settings,
        Request(urls, depth, pages),
        progress=installation.heard,
        hear=lambda _engine, fetched: told.append(fetched),
    )
    return report, told


def test_what_was_crawled_once_is_a_case_and_no_watched_source(web: TinyWeb, installation: Installation) -> None:
    web.site("shop", index=OFFER, about=HOURS)
    report, told = crawl(installation, web.url("shop"), depth=1)
    assert (report.pages, report.new_flags, len(told)) == (2, 1, 2)
    assert report.bytes == web.sent()
    flagged = installation.look(
        lambda session: session.exec(
            select(SitePage.url).join(Case, col(Case.page_id) == SitePage.id).where(col(Case.is_illicit_sale))
        ).all()
    )
    assert flagged == [web.url("shop")]
    assert installation.look(list_sources) == ()
    (run,) = installation.look(list_runs)
    assert (run.run.kind, run.run.state) == (RunKind.ONE_OFF, RunState.FINISHED)


def test_its_name_is_taken(installation: Installation) -> None:
    with pytest.raises(SourceInvalid, match="choose another name"):
        installation.watch(Source("one-off", "site", ("http://a.example/",)))


def test_a_page_that_takes_the_fetcher_down_is_named_and_the_rest_are_had(
    web: TinyWeb, installation: Installation
) -> None:
    web.site("shop", **{f"p{number}": HOURS for number in range(4)}, bomb=HOURS)

    def explode(path: str) -> None:
        if path == "/bomb":
            kill_children(b"crawler.child")

    web.before = explode
    _, told = crawl(installation, web.url("shop"), depth=1)
    failed = [(one.url, one.failure.reason) for one in told if one.failure is not None]
    assert failed == [(web.url("shop", "/bomb"), "fetcher_died")]
    assert sorted(one.url for one in told) == sorted(web.url("shop", path) for path in web.pages["shop"])


def test_a_crawl_that_was_killed_is_closed_and_what_it_saved_is_judged(
    web: TinyWeb, installation: Installation
) -> None:
    web.site("shop", index=OFFER, **{f"p{number}": HOURS for number in range(3)})
    with kill_in_the_middle(installation, web):
        # It still holds the host, which nobody would ask for pages until the lease is over.
        assert installation.look(lambda session: session.exec(select(Host.holder).where(col(Host.holder) != "")).all())
    report, told = crawl(installation, web.url("shop", "/p0"))
    assert (report.error, [one.url for one in told]) == ("", [web.url("shop", "/p0")])
    assert installation.heard.sentences[0].endswith("was cut off; what it saved stays")
    assert set(installation.look(lambda session: session.exec(select(Capture.state)).all())) == {CaptureState.JUDGED}
    runs = installation.look(list_runs)
    assert [detail.sources[0].state for detail in runs] == [SourceRunState.DONE, SourceRunState.FAILED]
    assert {detail.run.state for detail in runs} == {RunState.FINISHED, RunState.FINISHED_WITH_FAILURES}


def test_when_room_runs_out_every_url_is_told_of_once(web: TinyWeb, installation: Installation) -> None:
    noise = {
        f"p{number}": " ".join(sha256(b"%d %d" % (number, i)).hexdigest() for i in range(60)) for number in range(90)
    }
    web.site("shop", **noise)
    tight = installation.settings.model_copy(update={"capture_budget_gb": 2e-4})
    asked = [web.url("shop", f"/{name}") for name in noise]
    report, told = crawl(Installation(tight, installation.heard), *asked)
    assert "RXWARDEN_CAPTURE_BUDGET_GB" in report.error
    assert sorted(one.url for one in told) == sorted(asked)
    assert {one.failure.reason for one in told if one.failure is not None} == {"no_room"}


def test_the_weekly_job_goes_its_way_beside_it(web: TinyWeb, installation: Installation) -> None:
    web.site("shop", index=OFFER, about=HOURS)
    installation.watch(site(web, "shop"))
    installation.weekly()
    crawl(installation, web.url("shop"), depth=1)
    web.forget()
    report = installation.weekly(week=1)
    assert [one.source for one in report.sources] == ["shop"]
    assert web.answered(304) == ["shop/", "shop/about"]


def test_strangers_are_owed_manners_and_own_machines_are_not(tmp_path: Path) -> None:
    nobody, somebody = Settings(data=tmp_path), Settings(data=tmp_path, contact="https://scanner.example/bot")
    own = Request(("http://127.0.0.1:99/", "http://shop.localhost/"), allowed=("127.0.0.1",))
    mixed = Request((*own.urls, "https://shop.example/"), allowed=own.allowed)
    manners = [one_off_policy(somebody, request) for request in (own, mixed)]
    assert [(policy.delay_seconds, policy.only_allowed) for policy in manners] == [(0.0, False), (1.0, False)]
    assert one_off_policy(nobody, mixed).only_allowed


@contextmanager
def kill_in_the_middle(installation: Installation, web: TinyWeb) -> Iterator[None]:
    """Run `rxwarden crawl` in a process of its own and kill it when it asks for its second page, unanswered so far."""
    is_asked, is_killed = Event(), Event()

    def hold(path: str) -> None:
        if path.startswith("/p"):
            is_asked.set()
            is_killed.wait()

    web.before = hold
    environment = os.environ | {"RXWARDEN_DATA": str(installation.settings.data)}
    words = ("crawl", web.url("shop"), "--depth", "1", "--allow-address", web.endpoint)
    command = [sys.executable, "-c", "from api.cli import main; main()", *words]
    try:
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as job:
            was_asked = is_asked.wait(120)
            job.send_signal(signal.SIGKILL)
        assert was_asked
        assert job.returncode == -signal.SIGKILL
        yield
    finally:
        is_killed.set()
        web.before = lambda _path: None
