"""The demo as a person runs it: two weekly runs over the made-up web into an installation of its own, then served."""

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import uvicorn

from api.jobs.demo import demo_web, invite, run_two_weeks
from api.jobs.progress import SourceReport, WeeklyReport
from api.main import create_app
from api.services.models import model_folder
from api.settings import Settings

AS_OF = date(2026, 11, 16)


class Silent:
    """Hears of the work and says nothing."""

    def say(self, sentence: str) -> None: ...
    def begin(self, source: str) -> None: ...
    def step(self, source: str, done: int, known: int) -> None: ...
    def end(self, report: SourceReport) -> None: ...


@dataclass(frozen=True)
class Demo:
    """A demo that has run: its settings, the port the made-up web had, and the reports of its two weeks."""

    settings: Settings
    web_port: int
    reports: tuple[WeeklyReport, WeeklyReport]

    def url(self, host: str, path: str) -> str:
        """Where a page of the made-up web was."""
        return f"http://{host}:{self.web_port}{path}"


@dataclass(frozen=True)
class Service:
    """The demo's console and API on loopback, and a link that signs its reviewer in."""

    address: str
    sign_in: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Demo:
    settings = Settings(data=tmp_path_factory.mktemp("demo"), demo=True)
    settings.folder.create()
    shutil.copytree(model_folder, installed_model(settings))
    with demo_web(settings) as (web, at_work):
        return Demo(at_work, web.port, run_two_weeks(web, at_work, as_of=AS_OF, progress=Silent()))


def installed_model(settings: Settings) -> Path:
    """Where this installation looks for its model."""
    return model_folder(settings)


@pytest.fixture(scope="session")
def service(demo: Demo) -> Iterator[Service]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = demo.settings.model_copy(update={"port": port})
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Service(f"http://127.0.0.1:{port}", invite(settings, datetime.now(UTC)))
    server.should_exit = True
    thread.join()
