"""The processes of a browser: which there are, what memory they take, and how none of them is left behind."""

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SET_CHILD_SUBREAPER = 36


def descendants(pid: int) -> tuple[int, ...]:
    """Give the processes below one, parents before children; none where the system does not say (not Linux)."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError):
            # The name of a process, in brackets, may hold anything.
            parent = int((entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, ())
    return tuple(found[1:])


def own_bytes(pids: tuple[int, ...]) -> int:
    """Give the memory that processes take for themselves, without what they share with others or map from files."""
    total = 0
    for pid in pids:
        with suppress(OSError, ValueError, IndexError):
            resident, shared = (PROC / str(pid) / "statm").read_text("ascii").split()[1:3]
            total += (int(resident) - int(shared)) * PAGE_BYTES
    return total


def end_all(pids: tuple[int, ...]) -> None:
    """Kill processes at once; those that are gone already are no matter."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def end_below(pid: int) -> None:
    """Kill all processes below one, also those that were started meanwhile."""
    for _ in range(3):
        end_all(descendants(pid))


def is_alive(pid: int) -> bool:
    """Tell whether there is a process of this id, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent dies, so that they can still be found; Linux only."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def bury(besides: tuple[int, ...]) -> None:
    """Take note of the death of children that were adopted; others may be waited for by whoever started them."""
    for pid in descendants(os.getpid()):
        if pid not in besides:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
