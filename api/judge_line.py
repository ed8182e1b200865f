"""The line before the scanner: few judgements run at a time, few wait, and more are turned away at once."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from api.errors import Problem
from api.exceptions import ScannerUnavailable
from api.judging.scanner import Scanner, ScanResult
from api.services.models import model_folder
from api.settings import Settings

WORKERS = 2
WAITING = 8
CPU_SECONDS = 15
RETRY_SECONDS = 5

Scan = Callable[[Scanner], ScanResult]


class JudgeLine:
    """Runs scans in threads; the scanner and its processes start with the first one."""

    def __init__(self, settings: Settings, *, workers: int = WORKERS, waiting: int = WAITING) -> None:
        self._settings = settings
        self._workers = workers
        self._places = workers + waiting
        self._taken = 0
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="judge")
        self._opening = threading.Lock()
        self._scanner: Scanner | None = None

    async def run(self, scan: Scan) -> ScanResult:
        """Give a scan's result; a 503 problem when the line is full, ScannerUnavailable when there is no model."""
        if self._taken >= self._places:
            sentence = f"{self._taken} judgements are under way; send this one again in {RETRY_SECONDS} s"
            raise Problem(503, "overloaded", sentence, headers={"Retry-After": str(RETRY_SECONDS)})
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: scan(self._open()))
        finally:
            self._taken -= 1

    def has_model(self) -> bool:
        """True when the model of this installation is in place."""
        return (self._folder / "model.json").is_file()

    @cached_property
    def _folder(self) -> Path:
        # Reads every file that a model depends on; within a process these do not change.
        return model_folder(self._settings)

    def close(self) -> None:
        """Wait for the scans under way and end the scanner's processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._scanner is not None:
            self._scanner.close()

    def _open(self) -> Scanner:
        with self._opening:
            if self._scanner is None:
                if not self.has_model():
                    raise ScannerUnavailable("there is no model for this version yet; run `rxwarden train`")
                self._scanner = Scanner(self._folder, workers=self._workers, cpu_seconds=CPU_SECONDS)
            return self._scanner
