"""Sources in the console: leads add, pause, resume, test and remove them, each change in the audit log."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import select

from api.services.audit import find_break
from api.services.trials import Trials
from api.settings import Settings
from api.store.commands.sources import override_robots
from api.store.engine import reading, writing
from api.store.kinds import Role
from api.store.tables.audit import AuditEvent
from api.store.tables.sources import StoredSource
from tests.api.console.conftest import SignIn, Visit
from tests.api.console.reading import fields, one, soup, words
from tests.api.console.world import World
from tests.api.jobs.web import Answer, TinyWeb, html

Send = Callable[..., Response]
URLS = "https://shop.example/feed.xml\r\n\r\nhttps://shop.example/b.tsv "
GOOD = {"name": "new-shop", "spider": "feed", "start_urls": URLS}


@pytest.fixture
def web() -> Iterator[TinyWeb]:
    """A little web that sources may name."""
    with TinyWeb() as web:
        yield web


@pytest.fixture
def lead(sign_in: SignIn) -> TestClient:
    """A lead's browser."""
    return sign_in("Owl", Role.LEAD)


@pytest.fixture
def send(lead: TestClient) -> Send:
    """Sends a form as a lead would."""

    def sent(path: str = "/sources", **fields: str) -> Response:
        token = str(soup(lead.get("/sources")).select("input[name=form_token]")[0]["value"])
        return lead.post(path, data={"form_token": token, **fields})

    return sent


def source(world: World, name: str) -> StoredSource:
    """Give a source, removed or not."""
    with reading(world.engine) as session:
        return session.exec(select(StoredSource).where(StoredSource.name == name)).one()


def logged(world: World) -> list[tuple[str, str]]:
    """Give action and subject of what the audit log says of sources; the chain must be whole."""
    with reading(world.engine) as session:
        assert find_break(session) is None
        events = session.exec(select(AuditEvent).order_by(AuditEvent.number)).all()  # type: ignore[arg-type]
        return [(event.action, event.subject) for event in events if event.action.startswith("source.")]


def test_a_lead_adds_a_source_which_is_due_at_once_and_logged(world: World, lead: TestClient, send: Send) -> None:
    typed = fields(soup(lead.get("/sources")), "form.add-source") | GOOD
    typed |= {"cadence_days": "3", "max_pages": "50", "max_depth": "2"}
    answer = send(**{key: value for key, value in typed.items() if key != "form_token"})
    page = soup(answer)
    assert words(one(page, "[role=status].done")) == "new-shop is watched from the next weekly run on."
    assert "Not read yet 3 days never now" in words(one(page, "tbody tr"))
    row = source(world, "new-shop")
    assert (row.spider, row.start_urls) == ("feed", ["https://shop.example/feed.xml", "https://shop.example/b.tsv"])
    assert (row.cadence_days, row.max_pages, row.max_depth) == (3, 50, 2)
    assert logged(world) == [("source.add", "source:new-shop")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "New Shop"}, "Name is 'New Shop'; use up to 64 of a-z"),
        ({"start_urls": ""}, "Start urls must be a list with at least one URL"),
        (
            {"start_urls": "ftp://a.example/"},
            "Start urls holds 'ftp://a.example/'; give absolute",
        ),
        ({"start_urls": "file:///etc/passwd"}, "Files are added on the command line of the machine they are on"),
        ({"spider": "archive"}, "download the archive first"),
        ({"spider": "<b>"}, "choose one of site, sitemap"),
        ({"cadence_days": "0"}, "Cadence days is 0; give a whole number from 1 to 365."),
        ({"max_pages": "many"}, "Max pages is 'many'; give a whole number"),
        ({"jurisdiction": "Mars"}, "Jurisdiction is 'Mars'; give a code such as US"),
        ({"name": "taken"}, "There is a source 'taken' already; choose another name"),
    ],
)
def test_what_is_wrong_with_a_source_is_said_and_what_was_typed_stays(
    world: World, send: Send, change: dict[str, str], sentence: str
) -> None:
    world.source("taken", "https://taken.example/")
    numbers = {"cadence_days": "7", "max_pages": "500", "max_depth": "4", "jurisdiction": ""}
    answer = send(**(GOOD | numbers | change))
    assert answer.status_code == 422
    page = soup(answer)
    assert sentence in words(page.select("[role=alert]")[0])
    kept = fields(page, "form.add-source")["start_urls"]
    assert kept.split() == (GOOD | change)["start_urls"].split()
    assert logged(world) == []


def test_a_lead_pauses_resumes_and_removes_and_the_history_stays(full_world: World, send: Send) -> None:
    page = soup(send("/sources/pause", name="clinics-west"))
    assert "clinics-west Paused 14 days" in words(one(page, "table"))
    assert not source(full_world, "clinics-west").enabled
    assert "clinics-west Up to date" in words(one(soup(send("/sources/resume", name="clinics-west")), "table"))
    cases = words(one(soup(send("/sources/pause", name="clinics-west")), ".rail"))
    page = soup(send("/sources/remove", name="harbour-shops"))
    assert "harbour-shops is no longer watched; what was found on it stays." in words(one(page, "main"))
    assert "harbour-shops" not in words(one(page, "tbody"))
    assert words(one(page, ".rail")) == cases
    assert source(full_world, "harbour-shops").removed_at is not None
    done = [action for action, _ in logged(full_world)]
    assert done == ["source.pause", "source.resume", "source.pause", "source.remove"]


@pytest.mark.parametrize("path", ["/sources/pause", "/sources/resume", "/sources/remove", "/sources/test"])
def test_a_source_that_is_not_there_is_told(world: World, send: Send, path: str) -> None:
    answer = send(path, name="nothing")
    assert answer.status_code == 404
    assert "There is no source 'nothing'" in words(one(soup(answer), "[role=alert]"))
    assert logged(world) == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER])
@pytest.mark.parametrize("path", ["/sources", "/sources/pause", "/sources/remove", "/sources/test"])
def test_others_see_sources_and_change_none(world: World, sign_in: SignIn, role: Role, path: str) -> None:
    world.source("shop", "https://shop.example/")
    client = sign_in("Heron", role)
    page = soup(client.get("/sources"))
    assert not page.select("form[action^='/sources']")
    token = str(page.select("input[name=form_token]")[0]["value"])
    answer = client.post(path, data={"form_token": token, "name": "shop", **GOOD})
    assert answer.status_code == 403
    assert "Only a lead or an admin" in words(one(soup(answer), "main"))
    assert source(world, "shop").enabled


def test_a_form_without_its_token_changes_nothing(world: World, lead: TestClient) -> None:
    world.source("shop", "https://shop.example/")
    assert lead.post("/sources/remove", data={"name": "shop"}).status_code == 403
    assert source(world, "shop").removed_at is None


def test_a_test_shows_the_first_response_and_what_robots_says_and_keeps_nothing(
    app: FastAPI, world: World, send: Send, web: TinyWeb
) -> None:
    allowed = Settings(data=world.folder, demo=True, allowed_addresses=(web.endpoint,))
    app.state.desk = replace(app.state.desk, trials=Trials(allowed))
    web.pages["shop"] = {
        "/": Answer(html("Front", "Welcome to our shop, which sells tea.", '<a href="/tea">Tea</a>')),
        "/robots.txt": Answer("User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", content_type="text/plain"),
    }
    world.source("tea", web.url("shop"))
    world.source("secret", web.url("shop", "/private"))
    said = words(one(soup(send("/sources/test", name="tea")), ".trial"))
    assert "Test of tea" in said
    assert "robots.txt, one request every 2 seconds" in said
    assert "Response 200, text/html; charset=utf-8," in said
    assert "Leads to 1 link" in said
    said = words(one(soup(send("/sources/test", name="secret")), ".trial"))
    assert "No response: robots: robots.txt of" in said
    assert web.answered() == ["shop/"]
    with writing(world.engine) as session:
        override_robots(session, "secret", "written consent of the owner")
    said = words(one(soup(send("/sources/test", name="secret")), ".trial"))
    assert "does not allow it; read all the same: written consent of the owner" in said
    assert "Response 404" in said
    assert logged(world) == [
        ("source.test", "source:tea"),
        ("source.test", "source:secret"),
        ("source.test", "source:secret"),
    ]
    assert source(world, "tea").last_error == ""


def test_a_private_address_is_not_contacted_by_a_test(world: World, send: Send, web: TinyWeb) -> None:
    web.site("shop", index="Inside")
    world.source("inside", web.url("shop"))
    said = words(one(soup(send("/sources/test", name="inside")), ".trial"))
    assert "No response: blocked_address" in said
    assert web.asked == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_lead_works_with_sources_in_a_browser(
    full_world: World, visit: Callable[..., Visit], width: int, theme: str
) -> None:
    page = visit(width, 844, theme=theme, name="Owl", role=Role.LEAD).open("/sources")
    page.get_by_role("button", name="Pause diaries").click()
    assert page.get_by_role("status").first.inner_text() == "diaries is paused."
    page.locator("summary", has_text="Remove").last.click()
    page.get_by_role("button", name="Stop watching it new-forum").click()
    assert "new-forum is no longer watched" in page.get_by_role("status").first.inner_text()
    page.get_by_label("Name").fill("tea")
    page.get_by_label("Where a visit begins").fill("https://tea.example/")
    page.get_by_role("button", name="Watch it").click()
    assert source(full_world, "tea").start_urls == ["https://tea.example/"]
