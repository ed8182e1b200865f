"""One run of the crawler at a time in a data folder: two would meet at the same host."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.exceptions import RunLocked

WEEKLY = "weekly run"
ONE_OFF = "one-off crawl"


@contextmanager
def hold_lock(file: Path, what: str = WEEKLY) -> Iterator[str]:
    """Hold the lock while the context is open; gives a sentence when the last holder died, else nothing.

    RunLocked when another process holds it. The system frees the lock of a process that dies, however it dies;
    children never inherit it. Process id and purpose inside are for people and for telling that a holder died.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        holder, _, purpose = os.pread(handle, 64, 0).decode("ascii", "replace").strip().partition(" ")
        _take(handle, holder, purpose or WEEKLY)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {what}".encode(), 0)
        yield _cut_off(holder, purpose or WEEKLY, what) if holder else ""
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, holder: str, purpose: str) -> None:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise RunLocked(
            f"a {purpose} is at work here already (process {holder or 'unknown'}); wait for it to end"
        ) from None


def _cut_off(holder: str, purpose: str, what: str) -> str:
    then = "going on where it stopped" if purpose == what == WEEKLY else "what it saved stays"
    return f"the last {purpose} (process {holder}) was cut off; {then}"
