"""After the weekly job: sites of one operator, copies of a text, and what counts as a change."""

import random

import pytest
from sqlmodel import Session

from api.store.queries.similar import list_alike, list_clusters
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb, html

STORY = " ".join(random.Random(4).choices([f"word{number}" for number in range(800)], k=300))
ICON = Answer("\x89PNG, hardly a picture", content_type="image/png")


def told(session: Session) -> tuple[list[tuple[str, ...]], list[set[str]], list[set[str]]]:
    """Give the sites of each operator, the kinds of its reasons, and the hosts of each text."""
    found = list_clusters(session)
    kinds = [{str(reason["kind"]) for link in links for reason in link.reasons} for _, _, links in found]
    return [one[1] for one in found], kinds, [{twin.page.host for twin in twins} for _, twins in list_alike(session)]


def page(title: str, text: str, account: str) -> Answer:
    head = f"<link rel=icon href=/jar.png><script>gtag('config', '{account}')</script>"
    return Answer(html(title, text, head))


@pytest.fixture
def street(web: TinyWeb, installation: Installation) -> Installation:
    """Two sites with one analytics account, one icon and one text, and a bakery that shares the icon alone."""
    shop, bakery = "G-4F7K2M9Q1Z", "G-7B1K8R4Y2C"
    web.pages["one"] = {"/": page("One", STORY, shop), "/jar.png": ICON}
    web.pages["two"] = {"/": page("Two", STORY, shop), "/jar.png": ICON}
    web.pages["bakery"] = {"/": page("Bread", "Open from eight to six.", bakery), "/jar.png": ICON}
    for name in web.pages:
        urls = (web.url(name), web.url(name, "/jar.png"))
        installation.watch(site(web, name, spider="url_list", start_urls=urls))
    return installation


def test_a_weekly_run_tells_operators_and_copies(street: Installation) -> None:
    street.weekly()
    sites, kinds, texts = street.look(told)
    assert sites == [("one.localhost", "two.localhost")]
    assert kinds == [{"tracker", "icon"}]
    assert texts == [{"one.localhost", "two.localhost"}]
    assert street.heard.sentences[-1].endswith("operators with several sites: 1, texts on several sites: 1")


def test_a_week_later_what_parted_is_told_apart(street: Installation, web: TinyWeb) -> None:
    street.weekly()
    web.pages["two"]["/"] = page("Two", "Under new owners, with cakes and tea.", "G-0C3L5N8P1D")
    street.weekly(1)
    assert street.look(told) == ([], [], [])


def test_a_trifle_is_judged_anew_and_counts_as_no_change(street: Installation, web: TinyWeb) -> None:
    street.weekly()
    web.pages["one"]["/"] = page("One", f"{STORY} visitor 4711", "G-4F7K2M9Q1Z")
    web.pages["two"]["/"] = page("Two", STORY.replace("word1", "other words"), "G-4F7K2M9Q1Z")
    changed = {report.source: report.changed for report in street.weekly(1).sources}
    assert changed == {"bakery": 0, "one": 0, "two": 1}
