"""What a run tells its operator: bytes, errors by reason, and what must not be found out by chance."""

import dataclasses
import io
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlmodel import select

from api.commands.run_report import show_report
from api.exit_codes import ExitCode
from api.jobs.progress import WeeklyReport
from api.services.alarms import standing_warnings
from api.services.models import model_folder
from api.services.room import CaptureRoom
from api.store.kinds import SourceRunState
from api.store.queries.runs import list_runs
from api.store.tables.pages import Capture
from api.store.tables.runs import Run, SourceRun
from api.store.tables.verdicts import StoredVerdict
from classifier import artifact
from tests.api.jobs.asking import count, counts
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html
from tests.api.world import MONDAY
from tests.crawler.test_certificates import Authority

HOURS = "Our bakery is open from eight to six, and on Sundays until noon."


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", index=HOURS, **{f"p{number}": f"{HOURS} Loaf {number}." for number in range(9)})
    installation.watch(site(web, "shop"))
    return installation


def shown(report: WeeklyReport) -> str:
    """Give the report as a terminal shows it."""
    told = io.StringIO()
    show_report(report, Console(file=told, width=160))
    return told.getvalue()


def amiss(installation: Installation, **later: float) -> dict[str, str]:
    """Give what is amiss so long after the first Monday."""
    room = CaptureRoom(installation.settings)
    return installation.look(lambda session: standing_warnings(session, room, MONDAY + timedelta(**later)))


def test_bytes_and_errors_by_reason_are_told_and_kept(shop: Installation, web: TinyWeb) -> None:
    web.pages["shop"]["/p0"], web.pages["shop"]["/p1"] = Answer("gone", 410), Answer("gone", 410)
    web.pages["shop"]["/p2"] = Answer(status=302, location="http://10.0.0.1/")
    (one,) = shop.weekly().sources
    assert one.errors == {"http_410": 2, "offsite_redirect": 1}
    assert one.bytes == web.sent() - web.sent("shop/p2")
    kept = shop.look(lambda session: session.exec(select(SourceRun)).one())
    assert (kept.errors, kept.bytes, kept.failed) == (one.errors, one.bytes, 3)


def test_a_week_later_heads_and_the_error_pages_are_all_that_is_received(shop: Installation, web: TinyWeb) -> None:
    web.pages["shop"]["/p0"] = Answer("gone" * 1000, 410)
    shop.weekly()
    received = shop.weekly(week=1).sources[0].bytes
    assert (received, received // 1000) == (web.sent(), 5)


def test_what_came_packed_is_counted_as_it_travelled(shop: Installation, web: TinyWeb) -> None:
    web.pages["shop"] = {"/": Answer(html("Shop", HOURS * 500), is_packed=True)}
    report = shop.weekly()
    assert report.sources[0].bytes == web.sent() < len(HOURS) * 50
    assert f"{web.sent()} B" in shown(report)


def test_every_fourth_time_a_page_is_asked_for_whole(shop: Installation, web: TinyWeb) -> None:
    answers = []
    for week in range(6):
        web.forget()
        shop.weekly(week=week)
        answers.append((len(web.answered(200)), len(web.answered(304))))
    assert answers == [(10, 0), (0, 10), (0, 10), (0, 10), (10, 0), (0, 10)]


def test_unchanged_pages_are_judged_again_when_the_model_changed(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    folder = model_folder(shop.settings)
    model = artifact.load(folder)
    artifact.save(dataclasses.replace(model, provenance={**model.provenance, "note": "another"}), folder)
    web.forget()
    report = shop.weekly(week=1)
    assert (len(web.answered(304)), count(shop, StoredVerdict)) == (10, 20)
    assert counts(report) == [("shop", 10, 0, 0, 0)]
    shop.weekly(week=2)
    assert count(shop, StoredVerdict) == 20


def test_a_source_that_lost_its_pages_is_told_of_once(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"] = {"/": Answer(html("shop", HOURS))}
    report = shop.weekly(week=1)
    (sentence,) = report.sources[0].warnings
    assert sentence.startswith("it lost 9 of 10 pages")
    assert report.exit_code is ExitCode.PARTLY_FAILED
    assert f"LOOK AT shop: {sentence}" in shown(report)
    assert set(amiss(shop, days=8)) == {"sources"}
    assert shop.weekly(week=2).exit_code is ExitCode.OK
    assert amiss(shop, days=15) == {}


def test_a_limit_that_a_person_lowered_is_no_loss(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    shop.watch(site(web, "shop", max_pages=2))
    assert shop.weekly(week=1).sources[0].warnings == ()


def test_a_source_that_turns_us_away_is_told_of_each_time(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    for path in [path for path in web.pages["shop"] if path != "/"]:
        web.pages["shop"][path] = Answer("no", 403)
    for week in (1, 2):
        report = shop.weekly(week=week)
        assert any("turned us away on 9 of 10 pages (status 403)" in told for told in report.sources[0].warnings)
        assert report.exit_code is ExitCode.PARTLY_FAILED
    assert "failed pages by reason: http_403 9" in shown(report)


def test_a_job_that_did_not_run_is_told_of_until_it_runs_again(shop: Installation) -> None:
    shop.weekly()
    assert amiss(shop, days=8) == {}
    assert "1 watched source had no finished visit" in amiss(shop, days=8, hours=1)["weekly"]
    report = shop.weekly(week=3)
    assert report.warnings[0].startswith("the weekly job did not run when it should: shop had no finished visit since")
    assert (report.exit_code, amiss(shop, days=22)) == (ExitCode.PARTLY_FAILED, {})
    assert shop.look(lambda session: list_runs(session)[0].run.warnings) == list(report.warnings)


def test_a_source_that_was_never_visited_is_late_too_and_a_paused_one_is_not(shop: Installation) -> None:
    assert "weekly" in amiss(shop, days=9)
    assert amiss(shop, days=7) == {}


def test_certificates_that_do_not_verify_are_told_of_when_it_begins_and_stay_with_the_pages(
    shop: Installation, web: TinyWeb, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Authority("Nobody").write(tmp_path, "shop.localhost"))
    web.speak_tls(context)
    start = web.url("shop").replace("http:", "https:")
    shop.watch(site(web, "shop", start_urls=(start,)))
    (first,), (second,) = shop.weekly().sources, shop.weekly(week=1).sources
    assert (first.pages, first.unverified, first.error) == (10, 10, "")
    assert "a certificate that does not verify" in first.warnings[0]
    assert (second.unverified, second.warnings) == (10, ())
    problems = shop.look(lambda session: set(session.exec(select(Capture.certificate_problem)).all()))
    assert problems == {"who signed it is not known"}


def test_over_the_budget_nothing_more_is_fetched_and_what_is_left_waits(shop: Installation, web: TinyWeb) -> None:
    small = with_settings(shop, capture_budget_gb=1e-6)
    report = small.weekly()
    assert "RXWARDEN_CAPTURE_BUDGET_GB" in report.sources[0].error
    assert report.exit_code is ExitCode.PARTLY_FAILED
    fetched = web.answered(200)
    assert 0 < report.sources[0].pages < 10
    assert "RXWARDEN_CAPTURE_BUDGET_GB" in amiss(small)["disk"]
    web.forget()
    again = with_settings(shop, capture_budget_gb=1.0).weekly(days=1)
    assert (again.sources[0].pages, again.sources[0].error, amiss(shop)) == (10, "", {})
    saved = shop.look(lambda session: session.exec(select(Run.capture_bytes)).one())
    assert saved is not None
    assert saved > 0
    assert len(set(fetched) | set(web.answered(200))) == 10


def test_a_disk_that_is_nearly_full_stops_the_run_before_anything_is_asked_for(
    shop: Installation, web: TinyWeb
) -> None:
    full = with_settings(shop, least_free_gb=10.0**9)
    report = full.weekly()
    assert "RXWARDEN_LEAST_FREE_GB" in report.sources[0].error
    assert (web.asked, "nearly full" in report.warnings[0]) == ([], True)
    states = shop.look(lambda session: session.exec(select(SourceRun.state)).all())
    assert states == [SourceRunState.FAILED]


def with_settings(installation: Installation, **changes: float) -> Installation:
    """Give the same installation under other settings."""
    return Installation(installation.settings.model_copy(update=changes), installation.heard)
