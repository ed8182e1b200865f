"""The console's application on a store of its own, clients that are signed in, and a browser to look at it."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine

from api.console.assets import Assets
from api.console.router import router
from api.store.kinds import Decision, Role
from tests.api.console import sites
from tests.api.console.drafts import SHOP
from tests.api.console.world import PICTURE, World

SignIn = Callable[..., TestClient]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that makes the screenshot test write the README's pictures."""
    parser.addoption("--screenshots", metavar="DIR", type=Path, help="write screenshots of the console to this folder")


@pytest.fixture
def world(sqlite_engine: Engine, tmp_path: Path) -> World:
    """An installation without pages, on SQLite."""
    return World(sqlite_engine, tmp_path)


@pytest.fixture
def full_world(world: World) -> World:
    """Weeks of work: pages of every severity, a shop that changed after its decision, decided cases, a failed run."""
    fill(world)
    return world


@pytest.fixture
def app(world: World) -> FastAPI:
    """The console alone, as the application mounts it."""
    app = FastAPI()
    app.include_router(router)
    app.mount("/static", Assets())
    app.state.desk = world.desk()
    return app


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """A browser without a session."""
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def sign_in(app: FastAPI, world: World) -> SignIn:
    """Gives a browser with a session of a person of that name and role."""

    def signed_in(name: str = "Heron", role: Role = Role.REVIEWER) -> TestClient:
        client = TestClient(app, follow_redirects=False)
        assert client.get(world.link(name, role)).status_code == 303
        return client

    return signed_in


@pytest.fixture
def heron(sign_in: SignIn) -> TestClient:
    """A reviewer's browser."""
    return sign_in()


def fill(world: World) -> None:
    """Let five weeks go by in a world."""
    world.source("harbour-shops", "https://crystal-pier.example/", note="Shops that sell crystals")
    world.source("clinics-west", "https://bright-harbour-clinic.example/", days=14)
    world.source("diaries", "https://calm-letters.example/", error="The server did not answer in time.")
    world.source("new-forum", "https://new-forum.example/", read=False)
    now = world.clock.at
    world.clock.go(days=-34)
    world.run([sites.listing(number) for number in range(1, 7)])
    world.clock.go(days=8)
    world.run([sites.shop(), *(sites.listing(number) for number in range(7, 12))])
    for number in range(1, 6):
        world.decide(sites.listing(number).url, Decision.OVERTURN if number == 4 else Decision.CONFIRM)
    world.decide(SHOP, Decision.CONFIRM, note="Clear offer. The operator runs two more hosts.")
    world.clock.go(days=12)
    world.run(
        [sites.journal(), sites.unseen(), sites.long_page(), *(sites.listing(number) for number in range(12, 15))]
    )
    world.decide(sites.listing(7).url, Decision.ESCALATE, note="Same contact as lot 3.")
    world.decide(sites.listing(8).url, Decision.CONFIRM)
    world.clock.go(days=12)
    world.run(
        [sites.shop("80", later=True), sites.clinic(), sites.lozenges(), sites.arabic(), sites.disguised()],
        failures=(("https://crystal-pier.example/old.html", "timeout"), ("https://crystal-pier.example/k", "robots")),
    )
    world.look(SHOP, PICTURE, truncated=("picture",), refused=(("10.0.0.8:80", "10.0.0.8 is not a public address"),))
    world.look(sites.CLINIC, None, error="timeout: no answer within 30 seconds")
    world.decide(sites.LOZENGES, Decision.UNSURE, note="Prescriber may be named elsewhere on the site.")
    world.clock.at = now


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The console served on loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@dataclass
class Visit:
    """A person at a browser; `complaints` are what the browser's console said of errors and refused content."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the console."""
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def visit(browser: Browser, address: str, world: World) -> Iterator[Callable[..., Visit]]:
    """Gives signed-in people at browsers of any size and theme; fails where the browser complained."""
    visits: list[Visit] = []

    def arrive(
        width: int = 1280, height: int = 800, *, theme: str = "light", name: str = "Heron", role: Role = Role.REVIEWER
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        one = Visit(context, page, address)
        page.on("console", lambda said: one.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.open(world.link(name, role))
        visits.append(one)
        return one

    yield arrive
    complaints = [complaint for one in visits for complaint in one.complaints]
    for one in visits:
        one.context.close()
    assert complaints == []
