"""Room for captures: how much of the disk they take, what is left, and when to fetch no more."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from api.settings import Settings

GIGA = 1_000_000_000
# From here on an operator is told, before anything has to stop.
NEARLY = 0.9


class CaptureRoom:
    """Measures once and then counts along; `grow` takes unpacked sizes, so that it never counts too little."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.folder
        self._root = folder.root
        self._folders = (folder.blobs, folder.warc)
        self._budget = None if settings.capture_budget_gb is None else int(settings.capture_budget_gb * GIGA)
        self._least_free = int(settings.least_free_gb * GIGA)
        self._taken: int | None = None
        self._lock = threading.Lock()

    def measure(self) -> int:
        """Give the bytes that captures and web archives take now."""
        with self._lock:
            self._taken = sum(size for folder in self._folders for size in _sizes(folder))
            return self._taken

    def grow(self, size: int) -> None:
        """Count bytes that are about to be saved."""
        with self._lock:
            if self._taken is not None:
                self._taken += size

    def shortage(self) -> str:
        """Say why nothing more may be fetched; empty as long as there is room."""
        free = self._free()
        if free < self._least_free:
            return (
                f"the disk has {_gb(free)} left, less than the {_gb(self._least_free)} that stay free "
                "(RXWARDEN_LEAST_FREE_GB); nothing more is fetched until there is room, and nothing saved is deleted"
            )
        if self._budget is None or self._so_far() < self._budget:
            return ""
        taken = self.measure()
        if taken < self._budget:
            return ""
        return (
            f"captures take {_gb(taken)} of {_gb(self._budget)} (RXWARDEN_CAPTURE_BUDGET_GB); nothing more is fetched "
            "until there is room, and nothing saved is deleted: allow more, or move the data folder to a larger disk"
        )

    def warning(self, taken: int | None) -> str:
        """Say that room runs out, by what is free and by the bytes `taken`, if they are known; else empty."""
        free = self._free()
        if free < 2 * self._least_free:
            return f"the disk is nearly full: {_gb(free)} left; below {_gb(self._least_free)} crawling stops"
        if self._budget is not None and taken is not None and taken > NEARLY * self._budget:
            return (
                f"captures take {_gb(taken)} of {_gb(self._budget)} (RXWARDEN_CAPTURE_BUDGET_GB); crawling stops when "
                "that is reached"
            )
        return ""

    def _so_far(self) -> int:
        return self.measure() if self._taken is None else self._taken

    def _free(self) -> int:
        return shutil.disk_usage(self._root).free


def _sizes(folder: Path) -> Iterator[int]:
    """Give the size of every file below a folder; what vanishes meanwhile is left out."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(Path(entry.path))
        else:
            with suppress(FileNotFoundError):
                yield entry.stat(follow_symlinks=False).st_size


def _gb(size: int) -> str:
    return f"{size / GIGA:.{1 if size >= GIGA else 3}f} GB"
