"""Tries a source out in a process that can be ended: what would be fetched first and what comes; stores nothing."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from api.exceptions import TrialRunning
from api.settings import Settings
from crawler.sources import Source

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-P", "-m", "api.jobs.trial")
# For robots.txt, the first page with its redirects, and reading it.
TRIAL_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found out; `problem` says why there was no response, and is empty when there was one.

    first: the URL that a visit begins with. robots: what robots.txt says to it, as a sentence. response: status, type,
    size and address. entries, links: how many a listing holds and the page leads to; samples: the first of both.
    unread: sentences on what of it cannot be read.
    """

    first: str
    robots: str
    problem: str = ""
    response: str = ""
    redirects: tuple[str, ...] = ()
    entries: int = 0
    links: int = 0
    samples: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Give it as one line of JSON."""
        return json.dumps(asdict(self))


def try_source(settings: Settings, source: Source, seconds: float = TRIAL_SECONDS) -> Trial:
    """Ask for a source's first URL as a visit would, with the guards and manners of this installation."""
    first = source.start_urls[0]
    try:
        done = subprocess.run(  # noqa: S603  (the command is ours, not input)
            PROGRAM,
            input=json.dumps(asdict(source)).encode(),
            capture_output=True,
            timeout=seconds,
            env=_environment(settings),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Trial(first, "", problem=f"the trial took longer than {seconds:g} seconds and was ended")
    try:
        return _read(done.stdout)
    except (ValueError, TypeError, KeyError):
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return Trial(first, "", problem=f"the trial broke off: {said[-1] if said else 'it said nothing'}")


class Trials:
    """Trials for people at the console: one at a time, since each keeps a request waiting and loads a crawler."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()

    def run(self, source: Source) -> Trial:
        """Try a source; TrialRunning while another one is tried."""
        if not self._lock.acquire(blocking=False):
            raise TrialRunning("another source is being tested right now; try again in a minute")
        try:
            return try_source(self._settings, source)
        finally:
            self._lock.release()


def _read(output: bytes) -> Trial:
    told = json.loads(output)
    return Trial(
        first=str(told["first"]),
        robots=str(told["robots"]),
        problem=str(told["problem"]),
        response=str(told["response"]),
        redirects=tuple(map(str, told["redirects"])),
        entries=int(told["entries"]),
        links=int(told["links"]),
        samples=tuple(map(str, told["samples"])),
        unread=tuple(map(str, told["unread"])),
    )


def _environment(settings: Settings) -> dict[str, str]:
    """Give what a trial may know of the environment: how to reach the web, no secret and no database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RXWARDEN_")}
    told = {
        "RXWARDEN_CONTACT": settings.contact,
        "RXWARDEN_DEMO": str(int(settings.demo)),
        "RXWARDEN_ALLOWED_ADDRESSES": ",".join(settings.allowed_addresses),
    }
    return kept | told | {"PYTHONPATH": str(ROOT)}
