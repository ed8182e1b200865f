"""The job's handle on a fetcher: a child process that gets targets and hands back pages; no Scrapy in here."""

import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from crawler.exceptions import FetcherDied, FetcherRefused, FrameBroken
from crawler.fetching.policy import FetchPolicy
from crawler.items import Archive, Target
from crawler.printing import printable
from crawler.protocol import END, Answer, Exit, Ticket, encode_start, encode_ticket, read_answer
from crawler.sources import Source

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
# What a fetcher may know of our environment: no secrets, no proxies.
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
# -P: a folder that happens to be called `crawler` where the job was started must not be taken for ours.
FETCHER = (sys.executable, "-P", "-m", "crawler.child")
TAIL_LINES = 12
MAX_LINE = 4096
# For closing connections in order, and for dying on its own after a torn frame; then the fetcher is killed.
CLOSING_SECONDS = 10.0
DYING_SECONDS = 1.0


class CrawlProcess:
    """Runs one fetcher for one source; use it as a context manager and from one thread.

        with CrawlProcess(source, policy) as fetcher:
            for target in start_targets(source):
                fetcher.send(target)
            for answer in fetcher:      # more targets may be sent in here
                ...

    Every target that was sent is answered with exactly one Page or FetchFailure, or the iteration raises
    FetcherDied (then `unanswered` is what to fetch again) or FetcherRefused. Every response is also written to the
    `archive`, if one is given; its last file is whole when the context is left.
    """

    def __init__(
        self, source: Source, policy: FetchPolicy, command: Sequence[str] = FETCHER, *, archive: Archive | None = None
    ) -> None:
        self._source = source
        self._policy = policy
        self._archive = archive
        self._command = command
        self._unanswered: dict[int, Target] = {}
        self._sent = 0
        self._ended = False
        self._heard_at = time.monotonic()
        self._dead: FetcherDied | FetcherRefused | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        # A session of its own: Ctrl-C reaches the job alone, which then ends its fetchers.
        self._child = subprocess.Popen(  # noqa: S603  (the command is ours, not input)
            self._command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, env=_environment(), start_new_session=True
        )
        stdin, stdout, stderr = self._child.stdin, self._child.stdout, self._child.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        self._stdin, self._stdout = stdin, stdout
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._log_reader = threading.Thread(target=self._keep_tail, args=(stderr,), daemon=True)
        self._log_reader.start()
        self._write(encode_start(self._source, self._policy, self._archive))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and not self._unanswered:
            self.end()
            self._await_end()
        self.kill()
        self._stdin.close()
        self._stdout.close()

    @property
    def unanswered(self) -> tuple[Target, ...]:
        """The targets that were sent and have no answer yet, in the order they were sent."""
        return tuple(self._unanswered.values())

    @property
    def pid(self) -> int:
        """The process id of the fetcher."""
        return self._child.pid

    def send(self, target: Target) -> None:
        """Ask for a target; returns at once, however many answers are waiting to be read."""
        if self._ended:
            raise ValueError(f"{target.url} was sent after end(); start another CrawlProcess for it")
        if not self._unanswered:
            self._heard_at = time.monotonic()
        self._sent += 1
        self._unanswered[self._sent] = target
        self._write(encode_ticket(Ticket(self._sent, target)))

    def end(self) -> None:
        """Say that no more targets will come; answers to those already sent can still be read."""
        if not self._ended:
            self._ended = True
            self._write(END)

    def __iter__(self) -> Iterator[Answer]:
        """Give answers as they come, until every target sent so far has its own."""
        while self._unanswered:
            yield self._next_answer()

    def answers(self, seconds: float, most: int) -> tuple[Answer, ...]:
        """Give up to `most` answers that are here, after waiting for the first no longer than so many seconds."""
        found: list[Answer] = []
        while self._unanswered and len(found) < most and self._is_heard(0.0 if found else seconds):
            try:
                found.append(self._next_answer())
            except (FetcherDied, FetcherRefused):
                # What came before it is not lost; a dead fetcher says so again.
                if not found:
                    raise
                break
        return tuple(found)

    def kill(self) -> None:
        """End the fetcher at once; what it had not answered stays in `unanswered`."""
        self._child.kill()
        self._child.wait()
        self._log_reader.join()

    def _is_heard(self, seconds: float) -> bool:
        """Tell whether an answer begins within so many seconds; a fetcher that is silent for too long is ended."""
        left = max(0.0, self._heard_at + self._policy.stall_seconds - time.monotonic())
        if self._poll.poll(min(seconds, left) * 1000):
            return True
        if seconds < left:
            return False
        raise self._death(f"it sent nothing for {self._policy.stall_seconds:g} seconds")

    def _next_answer(self) -> Answer:
        if self._dead is not None:
            raise self._dead
        try:
            frame = read_answer(self._read)
        except FrameBroken as problem:
            raise self._death(str(problem)) from problem
        if frame is None:
            raise self._death("")
        serial, answer = frame
        if self._unanswered.pop(serial, None) is None:
            raise self._death("it answered a target that was not asked for")
        self._heard_at = time.monotonic()
        return answer

    def _read(self, size: int) -> bytes:
        """Read what is there, waiting for it as long as the policy allows silence."""
        if not self._poll.poll(self._policy.stall_seconds * 1000):
            raise FrameBroken(f"it sent nothing for {self._policy.stall_seconds:g} seconds")
        return os.read(self._stdout.fileno(), min(size, 1 << 20))

    def _write(self, data: bytes) -> None:
        """Write all of it; a fetcher that has died is reported when its answers are read."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._stdin.write(view) :]
        except BrokenPipeError:
            LOG.debug("the fetcher of source %s takes no more targets", self._source.name)

    def _await_end(self) -> None:
        try:
            self._child.wait(CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            LOG.warning("the fetcher of source %s did not close in time and was killed", self._source.name)

    def _death(self, what: str) -> FetcherDied | FetcherRefused:
        """End the fetcher and say what became of it."""
        try:
            code = self._child.wait(DYING_SECONDS if what else CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        self.kill()
        self._dead = self._last_words(code, what)
        return self._dead

    def _last_words(self, code: int | None, what: str) -> FetcherDied | FetcherRefused:
        said = " | ".join(self._tail) or "nothing"
        if code == Exit.REFUSED:
            return FetcherRefused(f"source {self._source.name!r}: {self._tail[-1] if self._tail else said}")
        end = _ending(code) if code is not None else "was killed by the job"
        what = f" ({what})" if what else ""
        return FetcherDied(
            f"the fetcher of source {self._source.name!r} {end}{what} with {len(self._unanswered)} targets unanswered;"
            f" its last words: {said}"
        )

    def _keep_tail(self, stderr: IO[bytes]) -> None:
        """Pass the fetcher's log on and keep its end, so that a full pipe never blocks it."""
        with stderr:
            while line := stderr.readline(MAX_LINE):
                text = printable(line.decode("utf-8", "replace")).strip()
                self._tail.append(text)
                LOG.debug("%s: %s", self._source.name, text)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)}


def _ending(code: int) -> str:
    """Put an exit code into words."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    name = Exit(code).name if code in set(Exit) else "unknown"
    return f"ended with exit code {code} ({name})"
