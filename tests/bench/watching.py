"""What the processes of a crawl take: CPU seconds and peak memory of the job, its fetcher and its judging workers."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")
EVERY_SECONDS = 0.1
JOB, FETCHER, WORKERS = "job", "fetcher", "workers"


@dataclass(slots=True)
class _Seen:
    role: str
    cpu_before: float
    cpu: float = 0.0
    peak_mb: float = 0.0


class Watch:
    """Looks at this process and its children from /proc for as long as the context lasts (Linux)."""

    def __enter__(self) -> Self:
        self._seen: dict[int, _Seen] = {}
        self._noted: dict[str, float] = {}
        self._ended = threading.Event()
        self._look()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def note(self, moment: str) -> None:
        """Remember under a name how much memory has been taken by now."""
        self._look()
        for role in (JOB, FETCHER, WORKERS):
            self._noted[f"{moment}_mb_{role}"] = self._peak_of(role)

    def took(self) -> dict[str, float]:
        """Give `cpu_ROLE` in seconds, summed over the processes of a role, `peak_mb_ROLE`, and what was noted."""
        found: dict[str, float] = {}
        for role in (JOB, FETCHER, WORKERS):
            found[f"cpu_{role}"] = sum(seen.cpu - seen.cpu_before for seen in self._of(role))
            found[f"peak_mb_{role}"] = self._peak_of(role)
        return found | self._noted

    def _peak_of(self, role: str) -> float:
        return max((seen.peak_mb for seen in self._of(role)), default=0.0)

    def _of(self, role: str) -> list[_Seen]:
        return [seen for seen in list(self._seen.values()) if seen.role == role]

    def _watch(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        for pid in (os.getpid(), *_children(os.getpid())):
            try:
                cpu, peak = _cpu_seconds(pid), _peak_mb(pid)
            except (OSError, ValueError):
                continue
            if pid not in self._seen:
                self._seen[pid] = _Seen(_role(pid), 0.0 if _role(pid) == FETCHER else cpu)
            self._seen[pid].cpu, self._seen[pid].peak_mb = cpu, max(peak, self._seen[pid].peak_mb)


def _children(pid: int) -> list[int]:
    found: set[int] = set()
    for thread in (PROC / str(pid) / "task").iterdir():
        try:
            found.update(map(int, (thread / "children").read_text().split()))
        except OSError:
            continue
    return sorted(found)


def _role(pid: int) -> str:
    if pid == os.getpid():
        return JOB
    return FETCHER if b"crawler.child" in (PROC / str(pid) / "cmdline").read_bytes() else WORKERS


def _cpu_seconds(pid: int) -> float:
    fields = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak_mb(pid: int) -> float:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} says nothing of its memory")
