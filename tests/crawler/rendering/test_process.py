"""A browser ends with its job, whatever ends that, and a renderer that dies costs one page."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.rendering.items import RenderFailure, Rendering, RenderOrder, RenderPolicy
from crawler.rendering.process import RenderProcess
from crawler.rendering.processes import descendants
from tests.crawler.loopback import Loopback

JOB = """
import sys
from crawler.rendering.items import RenderOrder, RenderPolicy
from crawler.rendering.process import RenderProcess
with RenderProcess(RenderPolicy("test/1", browser=sys.argv[1], allowed_addresses=(sys.argv[2],))) as browser:
    print(browser.pid, flush=True)
    browser.render(RenderOrder(sys.argv[3]))
"""


def command_of(pid: int) -> list[bytes]:
    """The words a process was started with; none for one that is no more."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def alive(pids: tuple[int, ...]) -> list[str]:
    """What of these processes still runs; one that only waits to be buried does not."""
    states = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            states.append(f"{pid} {b' '.join(command_of(pid))[:80]!r}")
    return states


def until(is_so: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for something to become so."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if is_so():
            return True
        pause.wait(0.05)
    return False


def test_nothing_of_a_browser_outlives_its_job(policy: RenderPolicy, web: Loopback) -> None:
    # It hangs in a script when the job is killed, which no orderly end would survive.
    arguments = (policy.browser, web.endpoint, web.url("/loop-at-once"))
    job = subprocess.Popen((sys.executable, "-c", JOB, *arguments), stdout=subprocess.PIPE)
    assert job.stdout is not None
    renderer = int(job.stdout.readline())
    assert until(lambda: "127.0.0.1/loop-at-once" in web.asked)
    processes = (renderer, *descendants(renderer))
    assert len(processes) > 4
    job.kill()
    job.wait()
    assert until(lambda: not alive(processes)), alive(processes)


def test_nothing_of_a_browser_outlives_its_renderer_which_costs_one_page(policy: RenderPolicy, web: Loopback) -> None:
    with RenderProcess(policy) as browser:
        first = browser.pid
        assert first is not None
        processes = descendants(first)
        before = len(web.asked)

        def end() -> None:
            until(lambda: len(web.asked) > before)
            os.kill(first, signal.SIGKILL)

        killer = threading.Thread(target=end)
        killer.start()
        answer = browser.render(RenderOrder(web.url("/never")))
        killer.join()
        assert isinstance(answer, RenderFailure)
        assert answer.reason == "died"
        assert until(lambda: not alive(processes)), alive(processes)
        following = browser.render(RenderOrder(web.url("/plain")))
        assert isinstance(following, Rendering)
        processes = descendants(browser.pid or 0)
    assert until(lambda: not alive(processes)), alive(processes)


def test_the_loss_of_playwrights_own_process_costs_one_page(policy: RenderPolicy, web: Loopback) -> None:
    with RenderProcess(policy) as browser:
        (driver,) = (pid for pid in descendants(browser.pid or 0) if b"run-driver" in command_of(pid))
        os.kill(driver, signal.SIGKILL)
        assert isinstance(browser.render(RenderOrder(web.url("/plain"))), RenderFailure)
        assert isinstance(browser.render(RenderOrder(web.url("/plain"))), Rendering)


def test_a_worn_out_browser_is_replaced_and_nothing_is_left_of_it(policy: RenderPolicy, web: Loopback) -> None:
    worn = RenderPolicy(
        policy.user_agent, browser=policy.browser, allowed_addresses=policy.allowed_addresses, pages_per_browser=1
    )
    with RenderProcess(worn) as browser:
        assert browser.pid is not None
        before = set(descendants(browser.pid))
        assert isinstance(browser.render(RenderOrder(web.url("/plain"))), Rendering)
        # Playwright's own process stays.
        assert until(lambda: len(alive(tuple(before))) == 1), alive(tuple(before))
        assert isinstance(browser.render(RenderOrder(web.url("/plain"))), Rendering)


def test_what_a_killed_job_left_on_the_disk_is_removed_by_the_next(
    policy: RenderPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A short path: Chromium keeps a socket below it.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        place = Path(folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        ended = subprocess.Popen(("true",))
        ended.wait()
        left, in_use = place / f"rxwarden-browser-{ended.pid}-a", place / f"rxwarden-browser-{os.getpid()}-b"
        left.mkdir()
        in_use.mkdir()
        with RenderProcess(policy):
            assert not left.exists()
            assert len(list(place.iterdir())) == 2
        assert list(place.iterdir()) == [in_use]


@pytest.mark.parametrize("module", ["crawler.rendering.process", "crawler.rendering.items", "crawler.rendering.launch"])
def test_the_job_does_not_load_playwright(module: str) -> None:
    code = f"import sys, {module}; sys.exit('playwright' in sys.modules or 'scrapy' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", code)).returncode == 0
