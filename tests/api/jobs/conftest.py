"""An installation with a small model, a little web, and a way to run the weekly job on both."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from api.jobs.progress import SourceReport, WeeklyReport
from api.jobs.weekly import run_weekly
from api.services.models import labelled_data, model_folder
from api.settings import Settings
from api.store.commands.sources import seed_sources
from api.store.engine import open_engine, reading, writing
from api.store.opening import open_store
from classifier import artifact
from classifier.dataset import passage_files
from classifier.policy import load_policy
from classifier.train import train
from crawler.sources import Source
from tests.api.jobs.web import TinyWeb
from tests.api.world import MONDAY

OF_EACH_KIND = 24
Found = TypeVar("Found")


@dataclass
class Heard:
    """A progress that remembers what it was told."""

    sentences: list[str] = field(default_factory=list)
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def begin(self, source: str) -> None:
        self.steps.append((source, 0, 0))

    def step(self, source: str, done: int, known: int) -> None:
        self.steps.append((source, done, known))

    def end(self, report: SourceReport) -> None:
        self.sentences.append(f"{report.source} done")


@dataclass
class Installation:
    """One data folder and the weekly job on it."""

    settings: Settings
    heard: Heard = field(default_factory=Heard)

    def watch(self, *sources: Source) -> None:
        """Seed sources."""
        with writing(open_store(self.settings)) as session:
            seed_sources(session, sources, MONDAY)

    def weekly(self, week: int = 0, *, days: int = 0, only: Sequence[str] = ()) -> WeeklyReport:
        """Run the job as of so many weeks and days after the first Monday."""
        as_of = MONDAY + timedelta(weeks=week, days=days)
        return run_weekly(self.settings, as_of=as_of, progress=self.heard, only=only)

    def look(self, ask: Callable[[Session], Found]) -> Found:
        """Ask the store something."""
        engine = open_engine(self.settings.store_url)
        try:
            with reading(engine) as session:
                return ask(session)
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on a few rows of each label: quick to make, good enough to flag what is plain."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "passages").mkdir()
    taken: Counter[str] = Counter()
    with (folder / "passages" / "few.jsonl").open("w") as few:
        for line in (line for file in passage_files(labelled_data()) for line in file.read_text("utf-8").splitlines()):
            kinds = {label["label"] for label in json.loads(line)["labels"]} or {"clean"}
            if any(taken[kind] < OF_EACH_KIND * (4 if kind == "clean" else 1) for kind in kinds):
                taken.update(kinds)
                few.write(line + "\n")
    artifact.save(train(folder, load_policy(), lambda _step, _done, _all: None), folder / "model")
    return folder / "model"


@pytest.fixture
def web() -> Iterator[TinyWeb]:
    """A little web without pages."""
    with TinyWeb() as web:
        yield web


@pytest.fixture
def installation(web: TinyWeb, small_model: Path, tmp_path: Path) -> Installation:
    """An installation that may crawl the little web and nothing else."""
    return make_installation(tmp_path / "data", small_model, web.endpoint)


@pytest.fixture
def either_installation(web: TinyWeb, small_model: Path, tmp_path: Path, database_url: str) -> Installation:
    """The same on each kind of database in turn."""
    return make_installation(tmp_path / "data", small_model, web.endpoint, database_url)


def make_installation(data: Path, model: Path, endpoint: str, database_url: str = "") -> Installation:
    """Make a data folder with a model."""
    settings = Settings(data=data, demo=True, allowed_addresses=(endpoint,), database_url=SecretStr(database_url))
    settings.folder.create()
    shutil.copytree(model, model_folder(settings))
    return Installation(settings)


def site(
    web: TinyWeb,
    host: str,
    *,
    spider: str = "site",
    start_urls: tuple[str, ...] = (),
    max_pages: int = 500,
    max_depth: int = 4,
) -> Source:
    """Give the source that watches a host of the little web."""
    starts = start_urls or (web.url(host),)
    return Source(name=host, spider=spider, start_urls=starts, max_pages=max_pages, max_depth=max_depth)
