"""The weekly job when things go wrong: what is recorded, what is tried again, what is kept."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, func, select

from api.exit_codes import ExitCode
from api.jobs import restarts
from api.store.blobs import BlobStore
from api.store.engine import open_engine, writing
from api.store.kinds import CaptureState, RunState, SourceRunState
from api.store.opening import open_store
from api.store.queries.runs import list_runs
from api.store.tables.cases import Case
from api.store.tables.pages import Capture, SitePage
from tests.api.jobs.asking import counts, failures, one_page, run_states, states
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html

OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon."


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", index=HOURS, offer=OFFER, about=HOURS)
    installation.watch(site(web, "shop"))
    return installation


def test_a_source_that_cannot_be_visited_is_recorded_and_the_others_go_on(shop: Installation, web: TinyWeb) -> None:
    web.site("forbidden")
    web.pages["forbidden"]["/robots.txt"] = Answer("User-agent: *\nDisallow: /", content_type="text/plain")
    gone = site(web, "gone", start_urls=("http://gone.invalid/",))
    shop.watch(gone, site(web, "forbidden"))
    report = shop.weekly()
    assert report.exit_code is ExitCode.PARTLY_FAILED
    by_name = {one.source: one for one in report.sources}
    assert by_name["shop"].pages == 3
    assert "robots" in by_name["forbidden"].error
    assert "http://gone.invalid/" in by_name["gone"].error
    assert states(shop) == {"shop": "done", "forbidden": "failed", "gone": "failed"}
    assert run_states(shop) == [RunState.FINISHED_WITH_FAILURES]


def test_run_again_a_failed_source_is_tried_and_the_others_are_left_alone(shop: Installation, web: TinyWeb) -> None:
    web.pages["late"] = {"/": Answer("busy", 503)}
    shop.watch(site(web, "late"))
    assert {one.source for one in shop.weekly().sources if one.error} == {"late"}
    web.site("late", index=HOURS)
    web.forget()
    report = shop.weekly(days=1)
    assert counts(report) == [("late", 1, 0, 0, 0)]
    assert web.answered() == ["late/"]
    assert (states(shop)["late"], run_states(shop)) == ("done", [RunState.FINISHED])


def test_run_again_a_page_that_failed_in_passing_is_fetched_and_one_that_is_gone_is_not(
    shop: Installation, web: TinyWeb
) -> None:
    pages = web.pages["shop"]
    pages["/about"], pages["/offer"] = Answer("busy", 503), Answer("gone", 410)
    assert (shop.weekly().sources[0].pages, failures(shop)) == (1, {"/about": "http_503", "/offer": "http_410"})
    pages["/about"], pages["/offer"] = Answer(html("about", HOURS)), Answer(html("offer", OFFER))
    web.forget()
    assert counts(shop.weekly(days=1)) == [("shop", 2, 0, 0, 1)]
    assert web.answered() == ["shop/about"]


def test_an_offer_behind_an_error_status_is_seen_all_the_same(shop: Installation, web: TinyWeb) -> None:
    web.pages["shop"]["/offer"].status = 404
    report = shop.weekly()
    assert (report.sources[0].new_flags, report.sources[0].failed) == (1, 0)
    assert one_page(shop, web.url("shop", "/offer"))[0].status == 404


def test_a_page_that_takes_its_fetcher_down_costs_itself_alone(shop: Installation, web: TinyWeb) -> None:
    def kill_fetcher(path: str) -> None:
        if path == "/offer":
            kill_children(b"crawler.child")

    web.before = kill_fetcher
    shop.watch(site(web, "other", start_urls=(web.url("shop", "/about"),)))
    report = shop.weekly()
    assert [(one.source, one.error, one.pages) for one in report.sources] == [("other", "", 1), ("shop", "", 2)]
    assert failures(shop) == {"/offer": "fetcher_died"}
    # Its neighbour's fetcher may be killed with it.
    told = [one for one in shop.heard.sentences if one.startswith("shop: a fetcher died and a new one goes on")]
    assert len(told) == 3
    web.before = lambda _path: None
    web.forget()
    assert (shop.weekly(week=1).sources[1].pages, web.answered(200)) == (3, ["shop/offer"])


def test_fetchers_that_die_again_and_again_fail_the_source_and_what_it_had_is_kept(
    shop: Installation, web: TinyWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "MOST_DEATHS", 2)
    web.before = lambda path: kill_children(b"crawler.child") if path == "/offer" else None
    assert "was ended by SIGKILL" in shop.weekly().sources[0].error
    web.before = lambda _path: None
    web.forget()
    assert shop.weekly(days=1).sources[0].pages == 3
    assert "shop/" not in web.answered()


def test_a_scanner_that_fails_on_every_page_fails_the_source_and_the_pages_are_read_later(
    shop: Installation, web: TinyWeb
) -> None:
    models = shop.settings.folder.models
    away = models.with_name("models-away")

    def take_readers_away(_path: str) -> None:
        if models.exists():
            models.rename(away)
        kill_children(b"spawn_main")

    web.before = take_readers_away
    report = shop.weekly()
    assert "The judging process did not start" in report.sources[0].error
    web.before = lambda _path: None
    away.rename(models)
    web.forget()
    assert counts(shop.weekly(days=1)) == [("shop", 3, 0, 1, 0)]
    assert web.answered() == ["shop/about", "shop/offer"]


def test_a_damaged_blob_is_fetched_again_whole(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    name = one_page(shop, web.url("shop", "/offer"))[0].blob_sha256
    blobs = BlobStore(shop.settings.folder.blobs)
    next(blobs.folder.rglob(f"{name}*")).write_bytes(b"torn")
    web.forget()
    shop.weekly(week=1)
    assert web.answered(200) == ["shop/offer"]
    assert blobs.load(name)


def test_what_an_earlier_run_saved_and_did_not_judge_is_judged(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    engine = open_engine(shop.settings.store_url)
    with writing(engine) as session:
        session.connection().execute(text("UPDATE capture SET state = 'captured', verdict_id = NULL"))
        session.connection().execute(text("UPDATE source_run SET state = 'running'"))
    engine.dispose()
    web.forget()
    shop.weekly(days=1)
    assert web.answered() == []
    states = shop.look(lambda session: set(session.exec(select(Capture.state)).all()))
    assert states == {CaptureState.JUDGED}


def test_a_visit_that_was_cut_off_and_overtaken_is_closed(shop: Installation) -> None:
    shop.weekly()
    engine = open_engine(shop.settings.store_url)
    with writing(engine) as session:
        session.connection().execute(text("UPDATE source_run SET state = 'running'"))
        session.connection().execute(text("UPDATE run SET state = 'running'"))
    engine.dispose()
    shop.weekly(week=3)
    runs = shop.look(lambda session: [detail.sources[0].state for detail in list_runs(session)])
    assert runs == [SourceRunState.DONE, SourceRunState.FAILED]
    assert run_states(shop) == [RunState.FINISHED, RunState.FINISHED_WITH_FAILURES]


def test_two_captures_of_a_page_that_are_left_over_make_one_case(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"]["/offer"] = Answer(html("offer", f"{OFFER} Now 20 g as well."))
    shop.weekly(week=1)
    with writing(open_store(shop.settings)) as session:
        # As after two visits that were cut off before anything was judged.
        for case in session.exec(select(Case)):
            session.delete(case)
        for page in session.exec(select(SitePage)):
            page.latest_verdict_id = None
        for capture in session.exec(select(Capture)):
            capture.state, capture.document_id, capture.verdict_id = CaptureState.CAPTURED, None, None
    (report,) = shop.weekly(week=2).sources
    assert report.error == ""
    captures = shop.look(lambda session: session.exec(select(Capture.state)).all())
    assert set(captures) == {CaptureState.JUDGED}
    flagged = select(func.count(col(Case.id))).where(col(Case.is_illicit_sale))
    assert shop.look(lambda session: session.exec(flagged).one()) == 1


def kill_children(word: bytes) -> None:
    """Kill the processes that this one started with a word in their command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and word in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
        except (OSError, IndexError):
            continue
