"""A weekly run killed at any moment: run again, every page is there once and nothing was lost."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from api.exceptions import RunLocked
from api.jobs.lock import hold_lock
from api.store.blobs import BlobStore
from api.store.kinds import CaptureState
from api.store.queries.runs import list_runs
from api.store.tables.cases import Case
from api.store.tables.pages import Capture, SitePage
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb

OFFER = "Buy ketamine crystal online, {} g for 90 dollars, discreet shipping, no prescription needed."
PAGES = 8
# Tests may run where Ctrl-C is ignored, and who starts a process there hands that on.
JOB = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom api.cli import main; main()"
HOLD = "import sys; from pathlib import Path; from api.jobs.lock import hold_lock\n"
HOLD += "with hold_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", **{f"p{number}": OFFER.format(number) for number in range(PAGES)})
    installation.watch(site(web, "shop"))
    return installation


@pytest.mark.parametrize("answers", [0, 1, 4, 8])
def test_killed_and_run_again_every_page_is_there_once(shop: Installation, web: TinyWeb, answers: int) -> None:
    kill_job_after(shop, web, answers)
    report = shop.weekly()
    assert [(one.pages, one.failed, one.error) for one in report.sources] == [(PAGES + 1, 0, "")]
    assert shop.heard.sentences[0].endswith("was cut off; going on where it stopped")
    urls = shop.look(lambda session: session.exec(select(SitePage.url)).all())
    assert sorted(urls) == sorted(web.url("shop", path) for path in web.pages["shop"])
    captures = shop.look(lambda session: session.exec(select(Capture)).all())
    assert len(captures) == PAGES + 1
    assert {capture.state for capture in captures} == {CaptureState.JUDGED}
    assert all(BlobStore(shop.settings.folder.blobs).load(capture.blob_sha256) for capture in captures)
    flagged = select(func.count(col(Case.id))).where(col(Case.is_illicit_sale))
    assert shop.look(lambda session: session.exec(flagged).one()) == PAGES
    assert shop.look(lambda session: len(list_runs(session))) == 1


def test_what_was_saved_before_the_kill_is_not_fetched_again(shop: Installation, web: TinyWeb) -> None:
    kill_job_after(shop, web, 6)
    saved = shop.look(lambda session: {url.partition("/p")[2] for url in session.exec(select(Capture.url)).all()})
    web.forget()
    shop.weekly()
    again = {place.partition("/p")[2] for place in web.answered()}
    assert again.isdisjoint(saved)
    assert len(again | saved) == PAGES + 1


def test_killed_again_and_again_bytes_are_counted_once_and_each_page_is_told_of_once(
    shop: Installation, web: TinyWeb
) -> None:
    web.pages["shop"]["/p3"] = Answer("gone", 410)
    for answers in (2, 1, 3):
        kill_job_after(shop, web, answers)
    (one,) = shop.weekly().sources
    assert (one.pages, one.errors) == (PAGES, {"http_410": 1})
    assert one.bytes == web.sent()


def test_killed_in_a_later_week_the_comparison_with_the_week_before_stays(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"] = {"/": web.pages["shop"]["/"]}
    kill_job_after(shop, web, 1, as_of="2026-11-10")
    (one,) = shop.weekly(week=1).sources
    assert (one.pages, one.changed, one.errors) == (1, 0, {"http_404": PAGES})
    assert [sentence.partition(";")[0] for sentence in one.warnings] == ["it lost 8 of 9 pages since the last visit"]


@pytest.mark.parametrize("command", ["weekly", "crawl"])
def test_interrupted_again_and_again_while_pages_are_judged_a_run_ends_and_says_nothing(
    shop: Installation, web: TinyWeb, command: str
) -> None:
    go_on = threading.Event()
    readers: list[int] = []

    def stop_readers(path: str) -> None:
        # From here on nothing is judged, and pages gather on the desk.
        if path == "/p3":
            readers.extend(children_of(job.pid, b"spawn_main"))
            for reader in readers:
                os.kill(reader, signal.SIGSTOP)
            go_on.set()

    web.before = stop_readers
    words = [web.url("shop"), "--depth=1", f"--allow-address={web.endpoint}"] if command == "crawl" else []
    with start_job(shop, web, command, *words, stderr=subprocess.PIPE) as job:
        assert go_on.wait(60)
        for _ in range(60):
            job.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                job.wait(1)
                break
        is_ended = job.poll() is not None
        left = [reader for reader in readers if Path(f"/proc/{reader}").exists()]
        # Whatever stayed behind would hold its end of the pipe.
        for process in (job.pid, *left):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        assert job.stderr is not None
        assert (is_ended, len(readers), left, job.stderr.read()) == (True, 2, [], b"")
    web.before = lambda _path: None
    (one,) = shop.weekly().sources
    assert (one.pages, one.failed, one.error) == (PAGES + 1, 0, "")


def test_while_a_run_is_at_work_another_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "weekly.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunLocked, match=f"process {holder.pid}"), hold_lock(lock):
            pass
        holder.kill()
        holder.wait()
    with hold_lock(lock) as note:
        assert note == f"the last weekly run (process {holder.pid}) was cut off; going on where it stopped"
    with hold_lock(lock) as note:
        assert note == ""


def kill_job_after(shop: Installation, web: TinyWeb, answers: int, as_of: str = "2026-11-02") -> None:
    """Run `rxwarden weekly` in a process of its own and kill it at the request after so many answered pages."""
    reached, go_on = threading.Event(), threading.Event()
    seen: list[str] = []

    def wait_at_the_door(path: str) -> None:
        if path != "/robots.txt":
            seen.append(path)
            if len(seen) > answers:
                reached.set()
                go_on.wait(60)

    web.before = wait_at_the_door
    with start_job(shop, web, "weekly", "--as-of", as_of) as job:
        assert reached.wait(60)
        job.send_signal(signal.SIGKILL)
        assert job.wait() == -signal.SIGKILL
    web.before = lambda _path: None
    go_on.set()


def start_job(
    shop: Installation, web: TinyWeb, *words: str, stderr: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start `rxwarden` in a process of its own."""
    environment = os.environ | {
        "RXWARDEN_DATA": str(shop.settings.data),
        "RXWARDEN_DEMO": "1",
        "RXWARDEN_ALLOWED_ADDRESSES": web.endpoint,
    }
    command = [sys.executable, "-c", JOB, *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)


def children_of(parent: int, word: bytes) -> list[int]:
    """Give the living children of a process whose command line holds a word."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and word in (entry / "cmdline").read_bytes():
                state, owner = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                found += [int(entry.name)] if int(owner) == parent and state != "Z" else []
    return found
