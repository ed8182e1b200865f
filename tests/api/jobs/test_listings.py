"""Listings in the weekly job: every entry is judged by itself, where it leads is fetched, archives need no network."""

import shutil
from dataclasses import replace
from pathlib import Path

from sqlmodel import col, select

from api.services.evidence.check import find_problems
from api.store.blobs import BlobStore
from api.store.tables.cases import Case
from api.store.tables.hosts import Host
from api.store.tables.pages import Capture, SitePage, StoredDocument
from classifier.labels import Outcome
from crawler.sources import Source
from tests.api.jobs.asking import count, failures, one_page
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html

ARCHIVES = Path(__file__).parents[2] / "crawler" / "listings" / "fixtures" / "archive"
OFFER = "Buy ketamine online, no prescription needed, 1 g for 45 EUR, discreet shipping worldwide, order on Telegram"
RSS = """<rss><channel><title>Shop</title>
<item><guid>a</guid><title>Crystal</title><description>{offer}</description><link>{first}</link></item>
<item><guid>b</guid><title>Tea towels</title><description>Soft cotton</description><link>{second}</link></item>
</channel></rss>"""


def feed(web: TinyWeb, offer: str = OFFER) -> Source:
    """Serve a feed whose entries lead to two hosts, and give its source."""
    web.pages["shop"] = {
        "/feed.xml": Answer(
            RSS.format(offer=offer, first=web.url("shop", "/p/1"), second=web.url("other", "/p/2")),
            content_type="application/rss+xml",
        ),
        "/p/1": Answer(html("Crystal", "See our opening hours.", '<a href="/deeper">more</a>')),
        "/deeper": Answer(html("Deeper", "Not asked for.")),
    }
    web.pages["other"] = {"/p/2": Answer(html("Towels", "Soft cotton."))}
    return site(web, "shop", spider="feed", start_urls=(web.url("shop", "/feed.xml"),))


def violations(installation: Installation) -> list[str]:
    """Give the URLs of the pages that were judged a violation."""
    rows = installation.look(
        lambda session: session.exec(
            select(SitePage.url)
            .join(Case, col(Case.page_id) == SitePage.id)
            .where(col(Case.outcome) == Outcome.VIOLATION)
        ).all()
    )
    return list(rows)


def test_entries_of_a_feed_are_judged_and_their_pages_fetched_but_no_further(
    web: TinyWeb, either_installation: Installation
) -> None:
    either_installation.watch(feed(web))
    (report,) = either_installation.weekly().sources
    assert (report.error, report.pages, report.failed) == ("", 5, 0)
    assert web.answered() == ["other/p/2", "shop/feed.xml", "shop/p/1"]
    (flagged,) = violations(either_installation)
    assert flagged.startswith(web.url("shop", "/feed.xml#entry-"))
    document = one_page(either_installation, flagged)[1]
    assert document.title == "Crystal"
    assert "discreet shipping" in installation_text(either_installation, document)
    assert web.url("shop", "/p/1") in document.links


def test_entries_beyond_the_budget_are_told(web: TinyWeb, installation: Installation) -> None:
    source = feed(web)
    installation.watch(replace(source, max_pages=1))
    installation.weekly()
    told = "no more than 1 of 3 entries are read; raise max_pages or split the listing"
    assert f"shop: {web.url('shop', '/feed.xml')}: {told}" in installation.heard.sentences
    kept = installation.look(lambda session: session.exec(select(Capture.url, Capture.scan_error)).all())
    assert [(url.partition("#")[1], problem) for url, problem in sorted(kept)] == [("", told), ("#", "")]


def test_the_next_pages_of_a_feed_are_read_as_far_as_the_source_allows(
    web: TinyWeb, either_installation: Installation
) -> None:
    page = "<rss xmlns:a='http://www.w3.org/2005/Atom'><channel><a:link rel='next' href='/feed{next}.xml'/>"
    page += "<item><guid>{at}</guid><title>Offer {at}</title><description>{said}</description></item></channel></rss>"
    web.pages["shop"] = {
        f"/feed{at}.xml": Answer(page.format(at=at, next=at + 1, said=OFFER), content_type="application/rss+xml")
        for at in range(9)
    }
    start = web.url("shop", "/feed0.xml")
    either_installation.watch(site(web, "shop", spider="feed", start_urls=(start,), max_depth=3))
    (report,) = either_installation.weekly().sources
    assert (report.error, report.failed) == ("", 0)
    assert web.answered() == [f"shop/feed{at}.xml" for at in range(4)]
    assert sorted(url.partition("#")[0] for url in violations(either_installation)) == [
        web.url("shop", f"/feed{at}.xml") for at in range(4)
    ]


def test_the_archive_holds_a_feed_as_it_was_sent_and_its_entries_name_no_record(
    web: TinyWeb, installation: Installation
) -> None:
    installation.watch(feed(web))
    installation.weekly()
    captures = installation.look(lambda session: session.exec(select(Capture)).all())
    on_record = {one.final_url.partition("localhost")[2].partition("/")[2]: bool(one.warc_file) for one in captures}
    entries = [is_kept for url, is_kept in on_record.items() if "#entry-" in url]
    assert entries == [False, False, False]
    assert [on_record[url] for url in ("feed.xml", "p/1", "p/2")] == [True, True, True]
    assert (
        installation.look(lambda session: list(find_problems(session, installation.settings.folder, every_record=True)))
        == []
    )


def test_an_archived_answer_that_asked_for_a_pause_asks_nobody_now(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "busy.warc"
    busy = (ARCHIVES / "torn-warc" / "input.warc").read_bytes()
    file.write_bytes(busy.replace(b" 404 ", b" 429 "))
    installation.watch(Source("busy", "archive", (file.as_uri(),)))
    installation.weekly()
    assert set(failures(installation).values()) == {"http_429"}
    assert installation.look(lambda session: session.exec(select(Host)).all()) == []


def test_an_unchanged_feed_costs_nothing_and_a_changed_entry_is_judged_again(
    web: TinyWeb, either_installation: Installation
) -> None:
    either_installation.watch(feed(web))
    either_installation.weekly()
    assert either_installation.weekly(1).sources[0].changed == 0
    feed(web, offer=OFFER + " Now 40 EUR.")
    (report,) = either_installation.weekly(2).sources
    assert (report.changed, report.new_flags) == (1, 0)


def test_a_feed_that_cannot_be_read_fails_with_its_reason_and_is_judged_as_a_page(
    web: TinyWeb, installation: Installation
) -> None:
    source = feed(web)
    web.pages["shop"]["/feed.xml"] = Answer(html("Moved", "We have moved."))
    installation.watch(source)
    (report,) = installation.weekly().sources
    assert "listing, it is a page without a list of products" in report.error
    assert failures(installation) == {"/feed.xml": "listing"}
    assert one_page(installation, web.url("shop", "/feed.xml"))[1].title == "Moved"


def test_ads_of_a_file_are_judged_and_their_landing_pages_fetched(
    web: TinyWeb, either_installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "ads of may.csv"
    file.write_text(
        f'id,headline,body,landing_url\n1,Crystal,"{OFFER}",{web.url("shop", "/p/1?utm_source=ad")}\n2,"torn\n'
    )
    feed(web)
    either_installation.watch(Source("library", "ads", (file.as_uri(),)))
    (report,) = either_installation.weekly().sources
    assert (report.error, web.answered()) == ("", ["shop/p/1"])
    (flagged,) = violations(either_installation)
    assert flagged.startswith(file.as_uri() + "#entry-")


def test_an_archive_is_judged_without_network_and_shows_the_newest_of_each_page(
    web: TinyWeb, installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "crawl.warc.gz"
    shutil.copy(ARCHIVES / "warc-gz" / "input.warc.gz", file)
    installation.watch(Source("old-crawl", "archive", (file.as_uri(),)))
    (report,) = installation.weekly().sources
    assert (report.error, report.pages, report.failed, web.answered()) == ("", 3, 1, [])
    capture, document = one_page(installation, "https://pier.example/")
    assert (document.title, capture.fetched_at.isoformat()) == ("New front", "2026-10-06T08:00:00+00:00")
    assert capture.url.startswith(file.as_uri() + "#offset=")
    assert "crawl.warc.gz: records that only repeat a page" in installation.heard.sentences[0]


def test_an_archive_never_hides_a_newer_capture(either_installation: Installation, tmp_path: Path) -> None:
    newer, older = tmp_path / "newer.warc", tmp_path / "older.warc"
    newer.write_bytes((ARCHIVES / "torn-warc" / "input.warc").read_bytes())
    older.write_bytes(newer.read_bytes().replace(b"2026-10", b"2025-10"))
    either_installation.watch(Source("newer", "archive", (newer.as_uri(),)))
    either_installation.weekly()
    before = count(either_installation, Capture)
    either_installation.watch(Source("older", "archive", (older.as_uri(),)))
    (report,) = either_installation.weekly(only=["older"]).sources
    assert (report.error, report.pages, set(failures(either_installation).values())) == (
        "",
        0,
        {"overtaken", "http_404"},
    )
    assert count(either_installation, Capture) == before + 1


def test_a_missing_file_fails_its_source_and_says_so(installation: Installation, tmp_path: Path) -> None:
    installation.watch(Source("gone", "archive", ((tmp_path / "gone.warc").as_uri(),)))
    (report,) = installation.weekly().sources
    assert "gone.warc cannot be read (No such file or directory); check the path and its rights" in report.error


def installation_text(installation: Installation, document: StoredDocument) -> str:
    """Give the text of a document."""
    return BlobStore(installation.settings.folder.blobs).load(document.text_sha256).decode()


def test_a_feed_that_is_lost_and_is_said_to_be_unmodified_fails_alone(installation: Installation, web: TinyWeb) -> None:
    url, other = web.url("shop", "/feed.xml"), web.url("shop", "/other.xml")
    source = replace(feed(web), start_urls=(url, other))
    web.pages["shop"]["/other.xml"] = web.pages["shop"]["/feed.xml"]
    web.pages["shop"]["/feed.xml"] = Answer("<rss><channel><title>Lost</title></channel></rss>")
    installation.watch(source)
    installation.weekly()
    name = installation.look(
        lambda session: session.exec(select(Capture.blob_sha256).where(Capture.final_url == url)).one()
    )
    for file in installation.settings.folder.blobs.rglob(f"{name}*"):
        file.unlink()
    web.pages["shop"]["/feed.xml"] = Answer(status=304)
    report = installation.weekly(1)
    assert [one.error for one in report.sources] == [""]
    assert failures(installation)["/feed.xml"] == "http_304"
