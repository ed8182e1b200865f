"""The weekly job: what it visits, what it saves, and what it asks for again."""

import pytest
from sqlmodel import col, select

from api.exceptions import NotFound
from api.exit_codes import ExitCode
from api.store.blobs import BlobStore
from api.store.kinds import CaptureState
from api.store.tables.cases import Case
from api.store.tables.pages import Capture, PageAddress, SitePage
from api.store.tables.runs import SourceRun
from api.store.tables.sources import StoredSource
from api.store.tables.verdicts import StoredVerdict
from tests.api.jobs.asking import count, counts, one_page
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html

OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon."


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", index=HOURS, offer=OFFER, about=HOURS)
    installation.watch(site(web, "shop"))
    return installation


def test_every_page_is_saved_judged_and_put_before_reviewers(shop: Installation, web: TinyWeb) -> None:
    report = shop.weekly()
    assert counts(report) == [("shop", 3, 0, 1, 0)]
    assert report.exit_code is ExitCode.OK
    assert web.answered(200) == ["shop/", "shop/about", "shop/offer"]
    flagged = shop.look(
        lambda session: session.exec(
            select(SitePage.url).join(Case, col(Case.page_id) == SitePage.id).where(col(Case.is_illicit_sale).is_(True))
        ).all()
    )
    assert flagged == [web.url("shop", "/offer")]


def test_the_bytes_and_the_text_of_a_page_can_be_had_again(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    blobs = BlobStore(shop.settings.folder.blobs)
    capture, document = one_page(shop, web.url("shop", "/offer"))
    assert blobs.load(capture.blob_sha256) == web.pages["shop"]["/offer"].body.encode()
    assert OFFER in blobs.load(document.text_sha256).decode()
    assert (capture.status, capture.ip_address, dict(capture.headers)["Content-Type"]) == (
        200,
        "127.0.0.1",
        "text/html; charset=utf-8",
    )


def test_run_again_when_all_is_well_it_asks_for_nothing(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.forget()
    report = shop.weekly(days=6)
    assert (report.sources, report.idle, web.answered()) == ((), ("shop",), [])


def test_a_week_later_unchanged_pages_cost_neither_bytes_nor_judging(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.forget()
    report = shop.weekly(week=1)
    assert web.answered(304) == ["shop/", "shop/about", "shop/offer"]
    assert counts(report) == [("shop", 3, 0, 0, 0)]
    captures, verdicts = count(shop, Capture), count(shop, StoredVerdict)
    assert (captures, verdicts) == (6, 3)


def test_a_changed_page_is_judged_anew_and_counted(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"]["/about"] = Answer(html("about", OFFER))
    report = shop.weekly(week=1)
    assert counts(report) == [("shop", 3, 1, 1, 0)]
    assert count(shop, StoredVerdict) == 4


def test_the_same_text_in_other_markup_keeps_its_verdict(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    page = web.pages["shop"]["/offer"]
    page.body = page.body.replace("<p>", '<p class="red">')
    report = shop.weekly(week=1)
    assert (report.sources[0].changed, report.sources[0].new_flags, count(shop, StoredVerdict)) == (0, 0, 3)


def test_a_page_that_two_addresses_lead_to_is_there_once(shop: Installation, web: TinyWeb) -> None:
    web.pages["shop"]["/about"] = Answer(status=302, location="/offer")
    shop.weekly()
    assert (count(shop, SitePage), count(shop, Capture)) == (2, 2)
    addresses = shop.look(lambda session: session.exec(select(PageAddress.url).order_by(PageAddress.url)).all())
    assert addresses == [web.url("shop", path) for path in ("/", "/about", "/offer")]


def test_a_start_url_that_is_new_is_taken_before_the_next_visit_is_due(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"]["/hidden"] = Answer(html("hidden", OFFER))
    shop.watch(site(web, "shop", start_urls=(web.url("shop"), web.url("shop", "/hidden"))))
    web.forget()
    shop.weekly(days=1)
    assert web.answered() == ["shop/hidden"]


def test_a_visit_stays_within_its_pages_and_depth(web: TinyWeb, installation: Installation) -> None:
    web.site("wide", **{f"p{number}": HOURS for number in range(9)})
    web.pages["deep"] = {
        f"/{depth or ''}": Answer(html("deep", HOURS, f'<a href="/{depth + 1}">on</a>')) for depth in range(9)
    }
    installation.watch(site(web, "wide", max_pages=4), site(web, "deep", max_depth=2))
    assert [one.pages for one in installation.weekly().sources] == [3, 4]


def test_only_named_sources_are_visited_when_some_are_named(shop: Installation, web: TinyWeb) -> None:
    web.site("other", index=HOURS)
    shop.watch(site(web, "other"))
    assert [one.source for one in shop.weekly(only=["other"]).sources] == ["other"]
    assert [one.source for one in shop.weekly().sources] == ["shop"]
    with pytest.raises(NotFound, match="rxwarden sources list"):
        shop.weekly(only=["nothing"])


def test_a_sitemap_is_read_for_its_pages_and_is_none_itself(web: TinyWeb, installation: Installation) -> None:
    web.site("map", index=HOURS, offer=OFFER)
    locations = "".join(f"<url><loc>{web.url('map', path)}</loc></url>" for path in ("/", "/offer"))
    web.pages["map"]["/sitemap.xml"] = Answer(f"<urlset>{locations}</urlset>", content_type="application/xml")
    robots = f"User-agent: *\nAllow: /\nSitemap: {web.url('map', '/sitemap.xml')}"
    web.pages["map"]["/robots.txt"] = Answer(robots, content_type="text/plain")
    installation.watch(site(web, "map", spider="sitemap"))
    for week in (0, 1):
        report = installation.weekly(week=week)
        assert (report.sources[0].pages, report.sources[0].failed) == (2, 0)
    states = installation.look(
        lambda session: session.exec(select(Capture.state).join(SourceRun).order_by(Capture.state)).all()
    )
    assert states == [CaptureState.JUDGED] * 4 + [CaptureState.LISTING] * 4
    assert web.answered(304) == ["map/", "map/offer", "map/sitemap.xml"]


def test_last_success_and_cadence_decide_what_is_due(shop: Installation) -> None:
    shop.weekly(days=2)
    assert shop.weekly(week=1, days=1).idle == ("shop",)
    assert [one.source for one in shop.weekly(week=1, days=2).sources] == ["shop"]
    assert shop.look(lambda session: session.exec(select(StoredSource.last_error)).one()) == ""


def test_progress_is_told_as_pages_come_in(shop: Installation) -> None:
    shop.weekly()
    assert shop.heard.steps == [("shop", 0, 0), ("shop", 1, 3), ("shop", 2, 3), ("shop", 3, 3)]
    compared = "all pages compared; operators with several sites: 0, texts on several sites: 0"
    assert shop.heard.sentences == ["shop done", compared]
