"""The weekly job's manners: one visit at a host, pauses that are kept, and links that ask not to be followed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from sqlmodel import Session, select

from api.jobs.weekly import run_weekly
from api.store.commands.hosts import claim_host, release_hosts
from api.store.engine import writing
from api.store.opening import open_store
from api.store.tables.hosts import Host
from tests.api.jobs.asking import failures
from tests.api.jobs.conftest import Heard, Installation, site
from tests.api.jobs.web import BESIDE, Answer, TinyWeb, html
from tests.api.world import MONDAY

HOURS = "Our bakery is open from eight to six, and on Sundays until noon."


def hosts(session: Session) -> dict[str, tuple[str, bool]]:
    """Give holder and whether there was a pause, by host."""
    return {row.name: (row.holder, row.paused_until is not None) for row in session.exec(select(Host))}


def test_two_sources_on_one_host_visit_it_one_after_the_other(web: TinyWeb, installation: Installation) -> None:
    web.pages["mall"] = {f"/{shop}/{page}": Answer(html(shop, HOURS)) for shop in "abc" for page in range(12)}
    for shop in "abc":
        urls = tuple(web.url("mall", f"/{shop}/{page}") for page in range(12))
        installation.watch(site(web, f"list-{shop}", spider="url_list", start_urls=urls))
    report = installation.weekly()
    assert [source.pages for source in report.sources] == [12, 12, 12]
    asked = [place.split("/")[1] for place, _ in web.asked if not place.endswith(BESIDE)]
    assert len(asked) == 36
    assert len([shop for shop, _ in groupby(asked)]) == 3
    assert installation.look(hosts) == {"mall.localhost": ("", False)}


def test_a_host_that_another_process_visits_is_waited_for_and_that_is_told_once(
    web: TinyWeb, installation: Installation
) -> None:
    web.site("shop", index=HOURS, about=HOURS)
    installation.watch(site(web, "shop"))
    other, now = "another process", datetime.now(UTC)
    store = open_store(installation.settings)
    asked_before = []

    class Releasing(Heard):
        def say(self, sentence: str) -> None:
            super().say(sentence)
            if "another visit" in sentence:
                asked_before.extend(web.asked)
                with writing(store) as session:
                    release_hosts(session, ["shop.localhost"], other)

    with writing(store) as session:
        claim_host(session, "shop.localhost", other, now=now, until=now + timedelta(hours=1))
    heard = Releasing()
    assert Installation(installation.settings, heard).weekly().sources[0].pages == 2
    assert asked_before == []
    said = "shop: another visit is asking shop.localhost; this one waits until that is over"
    assert heard.sentences.count(said) == 1


def test_a_short_pause_is_waited_for_and_the_url_is_asked_again(
    web: TinyWeb, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every wait is worth a line here.
    monkeypatch.setattr("api.jobs.line.LONG", timedelta(0))
    web.site("shop", index=HOURS, about=HOURS, contact=HOURS)
    web.pages["shop"]["/about"] = Answer("later", 429, headers={"Retry-After": "1"})

    def recover(path: str) -> None:
        if sum(place == "shop/about" for place, _ in web.asked):
            web.pages["shop"]["/about"] = Answer(html("about", HOURS))

    web.before = recover
    installation.watch(site(web, "shop"))
    report = installation.weekly()
    assert (report.sources[0].pages, report.sources[0].failed) == (3, 0)
    assert web.answered(429) == ["shop/about"]
    (told,) = [sentence for sentence in installation.heard.sentences if "left alone" in sentence]
    assert told.startswith("shop: shop.localhost asked to be left alone until ")
    assert told.endswith(" UTC; it is waited for")


def test_a_long_pause_is_left_to_a_later_visit_and_the_other_hosts_go_on(
    web: TinyWeb, installation: Installation
) -> None:
    web.pages["tired"] = {f"/{page}": Answer(html("page", HOURS)) for page in range(30)}
    web.pages["tired"]["/0"] = Answer("later", 503, headers={"Retry-After": "7200"})
    web.pages["calm"] = {f"/{page}": Answer(html("page", HOURS)) for page in range(5)}
    urls = [web.url("tired", f"/{page}") for page in range(30)] + [web.url("calm", f"/{page}") for page in range(5)]
    installation.watch(site(web, "ads", spider="url_list", start_urls=tuple(urls)))
    first = installation.weekly().sources[0]
    calm = [place for place in web.answered(200) if place.startswith("calm/")]
    assert (len(calm), first.pages + first.failed) == (5, 35)
    assert set(failures(installation).values()) <= {"paused", "http_503"}
    assert "paused" in failures(installation).values()
    assert installation.look(hosts)["tired.localhost"] == ("", True)
    web.forget()
    installation.weekly(days=1)
    assert web.answered() == []
    web.pages["tired"]["/0"] = Answer(html("page", HOURS))
    later = run_weekly(
        installation.settings,
        as_of=MONDAY + timedelta(days=2),
        progress=installation.heard,
        clock=lambda: datetime.now(UTC) + timedelta(hours=3),
    )
    assert (later.sources[0].failed, failures(installation)) == (0, {})


def test_links_that_ask_not_to_be_followed_are_left_and_noindex_is_judged(
    web: TinyWeb, installation: Installation
) -> None:
    links = '<a rel="nofollow" href="/left">left</a><a href="/taken">taken</a>'
    taken = Answer(html("taken", HOURS, '<a href="/behind">behind</a>'), headers={"X-Robots-Tag": "nofollow"})
    hidden = html("index", HOURS, f'<meta name="robots" content="noindex">{links}')
    web.pages["shop"] = {"/": Answer(hidden), "/taken": taken, "/left": Answer(HOURS), "/behind": Answer(HOURS)}
    installation.watch(site(web, "shop"))
    report = installation.weekly()
    assert (report.sources[0].pages, web.answered()) == (2, ["shop/", "shop/taken"])
    installation.watch(replace(site(web, "shop"), follow_nofollow=True))
    report = installation.weekly(1)
    assert report.sources[0].pages == 4
