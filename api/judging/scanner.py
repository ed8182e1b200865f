"""Scanner: reads and judges inputs in killable child processes, several at a time, answers in order."""

import multiprocessing
import queue
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import resource_tracker
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from api.exceptions import ScannerUnavailable
from api.judging.reading import Job, Kind
from api.judging.worker import Answer, Hello, serve
from classifier.labels import Family, Outcome, Severity
from classifier.types import Verdict
from crawler.items import Document, Page

NOT_READ = "not_read"
"""What a verdict says was not seen of an input that could not be read."""
KILLED = "Not read: the process that read it was killed, by another program or for want of memory on this machine."
"""The error of an input whose process did not end by itself."""

_START_SECONDS = 60
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What reading and judging gave: always a verdict; no document but an `error` when the input was not read."""

    document: Document | None
    verdict: Verdict
    error: str = ""


class Scanner:
    """A few worker processes with the model loaded; thread-safe; a worker that dies or hangs is replaced."""

    def __init__(self, model_folder: Path, *, workers: int = 2, cpu_seconds: int = 15) -> None:
        self._model_folder = model_folder
        self._cpu_seconds = cpu_seconds
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="scanner")
        self.workers = workers
        self._is_closed = False
        self._all = {_Worker(model_folder, cpu_seconds) for _ in range(workers)}
        for worker in self._all:
            self._idle.put(worker)
        first = self._idle.get()
        self.hello = first.wait_ready()
        self._idle.put(first)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, those at work too; whoever waits for one is told so (ScannerUnavailable)."""
        self._is_closed = True
        for worker in tuple(self._all):
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        ended = [self._idle.get() for _ in range(self.workers)]
        for worker in ended:
            worker.stop()
            # For those who still wait for one.
            self._idle.put(worker)

    def scan_page(self, page: Page, as_of: date) -> ScanResult:
        """Read and judge one fetched page."""
        return self.scan(Job(Kind.PAGE, page, as_of, url=page.final_url))

    def scan_text(self, text: str, *, url: str = "", title: str = "", as_of: date) -> ScanResult:
        """Judge plain text as it stands."""
        return self.scan(Job(Kind.TEXT, text, as_of, url, title))

    def scan_html(self, html: str | bytes, *, url: str = "", title: str = "", as_of: date) -> ScanResult:
        """Read and judge HTML."""
        return self.scan(Job(Kind.HTML, html, as_of, url, title))

    def scan_pages(self, pages: Iterable[Page], as_of: date) -> Iterator[ScanResult]:
        """Results in the order of the pages."""
        return self.scan_all(Job(Kind.PAGE, page, as_of, url=page.final_url) for page in pages)

    def scan_all(self, jobs: Iterable[Job]) -> Iterator[ScanResult]:
        """Results in the order of the jobs, a bounded number of which is under way."""
        pending: deque[Future[ScanResult]] = deque()
        for job in jobs:
            pending.append(self._threads.submit(self.scan, job))
            if len(pending) >= 4 * self.workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def scan(self, job: Job) -> ScanResult:
        """Read and judge one input; what could not be read is `unclear`, never clear."""
        answer = self._ask(job)
        if answer.error == KILLED:
            # From outside, which may have nothing to do with what is read.
            answer = self._ask(job)
        if answer.verdict is None:
            return ScanResult(None, _unread(self.hello, job.as_of), answer.error)
        return ScanResult(answer.document, answer.verdict)

    def _ask(self, job: Job) -> Answer:
        worker = self._idle.get()
        try:
            self._check_open()
            if not worker.is_alive():
                # It died with nothing to do, so the job at hand is not what killed it.
                worker = self._replacement(worker)
            return worker.ask(job)
        except _WorkerLostError as lost:
            self._check_open()
            worker = self._replacement(worker)
            return Answer(None, None, str(lost))
        finally:
            self._idle.put(worker)

    def _check_open(self) -> None:
        if self._is_closed:
            raise ScannerUnavailable("The judging processes were ended; what is not judged yet was not read.")

    def _replacement(self, lost: "_Worker") -> "_Worker":
        lost.stop()
        new = _Worker(self._model_folder, self._cpu_seconds)
        self._all.discard(lost)
        self._all.add(new)
        return new


class _WorkerLostError(Exception):
    """The worker died or hung on a job."""


class _Worker:
    def __init__(self, model_folder: Path, cpu_seconds: int) -> None:
        # Wall time may pass while the machine is busy elsewhere; CPU time is what a page is held to.
        self._patience = 20 * cpu_seconds
        self._cpu_seconds = cpu_seconds
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=serve, args=(theirs, model_folder, cpu_seconds), daemon=True)
        with _unheard_interrupts():
            self._process.start()
        theirs.close()
        self._hello: Hello | None = None

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def wait_ready(self) -> Hello:
        if self._hello is None:
            try:
                ready = self._pipe.poll(_START_SECONDS)
                self._hello = cast("Hello", self._pipe.recv()) if ready else None
            except EOFError:
                self._hello = None
            if self._hello is None:
                self.stop()
                raise ScannerUnavailable(
                    "The judging process did not start; run `rxwarden train` and look at the message above."
                )
        return self._hello

    def ask(self, job: Job) -> Answer:
        try:
            self.wait_ready()
            self._pipe.send(job)
            if not self._pipe.poll(self._patience):
                raise _WorkerLostError(f"Not read: no answer within {self._patience} seconds.")
            return cast("Answer", self._pipe.recv())
        except (EOFError, OSError) as error:
            self._process.join(5)
            if self._process.exitcode == -signal.SIGKILL:
                raise _WorkerLostError(KILLED) from error
            raise _WorkerLostError(
                f"Not read: reading took more than {self._cpu_seconds} CPU seconds or too much memory."
            ) from error

    def kill(self) -> None:
        """End it at once; whoever waits for its answer finds it lost."""
        self._process.kill()

    def stop(self) -> None:
        # Before its pipe ends: a worker that is still starting would tell of that on the job's own terminal.
        if self._process.is_alive():
            self._process.kill()
        self._pipe.close()
        self._process.join(5)


@contextmanager
def _unheard_interrupts() -> Iterator[None]:
    """What is started in here never hears Ctrl-C, which is the job's, not even while it is still starting."""
    # It ends the blocking when it has to be started itself.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unread(hello: Hello, as_of: date) -> Verdict:
    return Verdict(
        outcome=Outcome.UNCLEAR,
        families=dict.fromkeys(Family, 0.0),
        flagged=(),
        severity=Severity.NONE,
        substances=(),
        findings=(),
        notes=(),
        degraded=(NOT_READ,),
        model_digest=hello.model_digest,
        policy_digest=hello.policy_digest,
        as_of=as_of,
    )
