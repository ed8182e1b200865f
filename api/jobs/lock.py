"""One weekly run at a time in a data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.exceptions import RunLocked


@contextmanager
def hold_lock(file: Path) -> Iterator[str]:
    """Hold the lock while the context is open; gives a sentence when the last holder died, else nothing.

    RunLocked when another process holds it. The system frees the lock of a process that dies, however it dies;
    children never inherit it. The process id inside is for people and for telling that a holder died.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        _take(handle, holder)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield f"the last weekly run (process {holder}) was cut off; going on where it stopped" if holder else ""
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _take(handle: int, holder: str) -> None:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise RunLocked(
            f"a weekly run is at work here already (process {holder or 'unknown'}); wait for it to end"
        ) from None
