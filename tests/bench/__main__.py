"""`make bench`: the crawl's figures, each beside its yardstick in the same run (Linux)."""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.services.models import current_model
from api.settings import Settings
from api.store.opening import open_store
from tests.bench.figures import Figure, paired, write
from tests.bench.growth import grow

ROOT = Path(__file__).resolve().parents[2]
BARE = "bare Scrapy"
Took = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Served:
    """A farm that is being served."""

    port: int
    urls: tuple[str, ...]

    @property
    def starts(self) -> list[str]:
        """The first page of each host."""
        return [url for url in self.urls if url.endswith("/")]

    def sent(self) -> Mapping[str, int]:
        """Give how many bytes and answers of each status it has sent."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sent") as answer:
            sent: dict[str, int] = json.load(answer)
        return sent


@contextmanager
def farm(pages: int) -> Iterator[Served]:
    """Serve so many pages for as long as the context lasts."""
    say(f"making a farm of {pages:,} pages")
    command = [sys.executable, "-m", "tests.bench.farm", "--pages", str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as server:
        assert server.stdout is not None
        place = json.loads(server.stdout.readline())
        try:
            yield Served(place["port"], tuple(place["urls"]))
        finally:
            server.kill()


def bare(served: Served) -> Took:
    """Fetch the farm with Scrapy alone."""
    return _run("tests.bench.bare", list(served.urls))


def full(served: Served, data: Path, pages: int, *, is_whole: bool = True, early: int = 0) -> Took:
    """Fetch, judge and store so many pages of the farm."""
    order = {"starts": served.starts, "pages": pages, "port": served.port, "is_whole": is_whole, "early": early}
    took = _run("tests.bench.full", order, str(data))
    if took["pages"] != pages or took["failed"]:
        raise SystemExit(f"{took['pages']:.0f} of {pages} pages were read and {took['failed']:.0f} failed")
    return took


def speed(pages: int, pairs: int) -> list[Figure]:
    """Bare Scrapy and the whole pipeline in turn on one farm, then the pipeline once more on what it knows."""
    beside: list[tuple[Took, Took]] = []
    with farm(pages) as served:
        for number in range(pairs):
            say(f"pair {number + 1} of {pairs}")
            with data_folder() as data:
                beside.append((full(served, data, pages), bare(served)))
                if number == 0:
                    again = recrawl(served, data, pages)
    figures = [
        paired("crawl_full", "pages/s", BARE, [(_pace(one), _pace(by)) for one, by in beside]),
    ]
    for role in ("fetcher", "job", "workers"):
        cpu = [(1000 * one[f"cpu_{role}"] / one["pages"], _cpu_ms(by)) for one, by in beside]
        figures.append(paired(f"crawl_cpu_{role}", "CPU ms/page", BARE, cpu))
    return figures + again


def recrawl(served: Served, data: Path, pages: int) -> list[Figure]:
    """Visit an unchanged farm again; what the first visit and bare Scrapy were sent is the yardstick."""
    say("the same farm again, unchanged")
    before = served.sent()
    took = full(served, data, pages, is_whole=False)
    after = served.sent()
    whole = before["bytes"] / before["200"] * pages
    share = (after["304"] - before.get("304", 0)) / pages
    sent = after["bytes"] - before["bytes"]
    return [
        Figure("recrawl_not_modified", share, "share of answers", "all pages", share),
        Figure("recrawl_bytes", sent, "bytes", "a first visit", sent / whole),
        Figure("recrawl_pace", _pace(took), "pages/s", "none", 1.0),
    ]


def memory(few: int, many: int) -> list[Figure]:
    """Peak memory of each process after many pages, beside that after few of the same crawl."""
    with farm(many) as served, data_folder() as data:
        say(f"one crawl of {many:,} pages")
        took = full(served, data, many, early=few)
    return [
        Figure(
            f"crawl_memory_{role}",
            took[f"peak_mb_{role}"],
            f"MB after {many:,} pages",
            f"after {few:,}",
            took[f"peak_mb_{role}"] / took[f"early_mb_{role}"],
        )
        for role in ("fetcher", "job", "workers")
    ]


def growth(pages: int, known: int) -> list[Figure]:
    """What a page costs the job in a store that holds many, beside an empty one."""
    with farm(pages) as served, data_folder() as grown, data_folder() as empty:
        say(f"a store of {known:,} pages")
        engine = open_store(Settings(data=grown))
        grow(engine, known)
        engine.dispose()
        cost, yardstick = (_job_ms(full(served, data, pages)) for data in (grown, empty))
    return [Figure("crawl_growth", cost, f"job CPU ms/page at {known:,} pages", "an empty store", cost / yardstick)]


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder of its own with the model of this checkout."""
    with tempfile.TemporaryDirectory(prefix="rxwarden-bench-") as folder:
        data = Path(folder)
        settings = Settings(data=data)
        settings.folder.create()
        trained = current_model(Settings(data=ROOT / "build" / "bench-data"))
        (data / "models" / trained.name).symlink_to(trained, target_is_directory=True)
        yield data


def say(sentence: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"bench: {sentence}\n")


def _run(module: str, order: object, *arguments: str) -> Took:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took


def _pace(took: Took) -> float:
    return took["pages"] / took["seconds"]


def _cpu_ms(took: Took) -> float:
    return 1000 * took["cpu_seconds"] / took["pages"]


def _job_ms(took: Took) -> float:
    return 1000 * took["cpu_job"] / took["pages"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["speed", "memory", "growth"], help="speed, memory, growth")
    parser.add_argument("--pages", type=int, default=2400)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--many", type=int, default=20_000, help="pages of the memory run")
    parser.add_argument("--known", type=int, default=1_000_000, help="pages in the grown store")
    asked = parser.parse_args(arguments)
    figures: list[Figure] = []
    if "speed" in asked.parts:
        figures += speed(asked.pages, asked.pairs)
    if "memory" in asked.parts:
        figures += memory(min(2000, asked.many // 2), asked.many)
    if "growth" in asked.parts:
        figures += growth(min(800, asked.pages), asked.known)
    write(figures)


if __name__ == "__main__":
    main()
