"""From the made-up web to a reviewer's decision: each page judged as its truth says, one case decided in a browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from playwright.sync_api import Browser
from sqlmodel import Session, col, select

from api.services.key_uses import API_KEYS
from api.services.keys import issue_key
from api.services.secret import derived_key, load_secret
from api.services.tokens import draw_base62
from api.store.engine import reading, writing
from api.store.kinds import KeyScope
from api.store.opening import open_store
from api.store.queries.similar import list_clusters
from api.store.tables.pages import Capture
from api.store.tables.verdicts import StoredFinding, StoredVerdict
from classifier.labels import Family, Severity
from crawler.demo.sites import DemoTruth, load_sites, load_truth
from tests.end_to_end.conftest import Demo, Service

AGENT = "rxwarden"


@pytest.fixture(scope="module")
def store(demo: Demo) -> Iterator[Session]:
    engine = open_store(demo.settings)
    with reading(engine) as session:
        yield session
    engine.dispose()


def test_both_weeks_end_well_and_the_second_finds_the_changed_pages(demo: Demo) -> None:
    first, second = demo.reports
    assert first.exit_code == second.exit_code == 0
    assert sum(report.pages for report in first.sources) >= 60
    changed = {report.source for report in second.sources if report.changed}
    assert changed == {site.source.name for site in load_sites() if site.changed_paths()}


def test_every_page_that_robots_allow_was_captured_in_both_weeks(demo: Demo, store: Session) -> None:
    urls = store.exec(select(Capture.url).where(col(Capture.status).in_((200, 304)))).all()
    for truth in seen_pages():
        assert urls.count(demo.url(truth.host, truth.path)) == 2, f"{truth.host}{truth.path}"
    assert not [url for url in urls if "/intake/" in url]


@pytest.mark.parametrize("truth", load_truth(), ids=lambda truth: f"{truth.host}{truth.path}-{truth.week or 'both'}")
def test_page_is_judged_as_its_truth_says(truth: DemoTruth, demo: Demo, store: Session) -> None:
    if truth not in seen_pages():
        pytest.skip("robots.txt keeps the crawler away from this page, as it should")
    verdict = verdict_of(truth, demo, store)
    flagged = {family: str(family) in verdict.flagged for family in Family}
    assert flagged == {family: getattr(truth, family) for family in Family}, verdict.families
    findings = store.exec(select(StoredFinding).where(StoredFinding.verdict_id == verdict.id)).all()
    for family, quotes in truth.quotes.items():
        told = [fold(f.quote) for f in findings if f.family == family]
        for quote in quotes:
            assert any(fold(quote) in one or one in fold(quote) for one in told), f"not quoted: {quote}"
    accused = [fold(f.quote) for f in findings if f.severity is not Severity.LOW]
    for clean in truth.clean:
        assert not any(fold(clean) in one for one in accused), f"accused though clean: {clean}"


def test_the_shop_and_its_mirror_are_told_as_one_operator(store: Session) -> None:
    ((_, sites, links),) = list_clusters(store)
    assert tuple(sites) == ("crystal-harbor.localhost", "lantern-quay.localhost")
    assert {reason["kind"] for link in links for reason in link.reasons} == {"email", "tracker", "icon"}


def test_a_case_decided_in_the_browser_is_answered_as_reviewed(demo: Demo, service: Service, browser: Browser) -> None:
    url = demo.url("crystal-harbor.localhost", "/product/harbor-vial-10ml")
    headers = {"Authorization": f"Bearer {make_key(demo)}"}
    with httpx.Client(base_url=service.address, headers=headers) as api:
        before = api.get("/v1/lookup", params={"url": url}).json()
        assert before["review_state"] == "suspected", before
        decide_in_browser(service, browser, before["case_id"])
        deadline = datetime.now(UTC) + timedelta(seconds=30)
        while (after := api.get("/v1/lookup", params={"url": url}).json())["review_state"] != "reviewed":
            assert datetime.now(UTC) < deadline, after
    assert after["review_state"] == "reviewed"
    assert after["decision"]["decision"] == "confirm"


def decide_in_browser(service: Service, browser: Browser, case_id: str) -> None:
    page = browser.new_context().new_page()
    page.goto(service.sign_in)
    page.goto(f"{service.address}/cases/{case_id}")
    page.get_by_role("radio", name="Confirm").last.check(force=True)
    page.get_by_role("button", name="Submit").first.click()
    page.wait_for_load_state()
    page.context.close()


def make_key(demo: Demo) -> str:
    engine = open_store(demo.settings)
    with writing(engine) as session:
        issued = issue_key(
            session,
            name="platform",
            scopes=[KeyScope.LOOKUP],
            expires_at=None,
            pepper=derived_key(load_secret(demo.settings), API_KEYS),
            draw=draw_base62,
            actor="test",
            now=datetime.now(UTC),
        )
    engine.dispose()
    return issued.token


def verdict_of(truth: DemoTruth, demo: Demo, store: Session) -> StoredVerdict:
    """The verdict of the page in the week the truth speaks of, the second where it speaks of both."""
    captures = store.exec(
        select(Capture).where(Capture.url == demo.url(truth.host, truth.path)).order_by(col(Capture.fetched_at))
    ).all()
    capture = captures[0 if truth.week == 1 else -1]
    verdict = store.get(StoredVerdict, capture.verdict_id)
    assert verdict is not None
    return verdict


def seen_pages() -> list[DemoTruth]:
    """Truth rows of pages that robots.txt lets us see."""
    robots = {}
    for site in load_sites():
        found = site.find("/robots.txt")
        parser = RobotFileParser()
        parser.parse(found[1].decode().splitlines() if found else [])
        robots[site.host] = parser
    return [truth for truth in load_truth() if robots[truth.host].can_fetch(AGENT, truth.path)]


def fold(text: str) -> str:
    return " ".join(text.split())
