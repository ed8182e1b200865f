"""The job's handle on a browser: one order in, one answer out; no Playwright in here."""

import logging
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from crawler.exceptions import FrameBroken, RendererRefused
from crawler.printing import printable
from crawler.process import KEPT_ENVIRONMENT, MAX_LINE, ROOT, TAIL_LINES
from crawler.protocol import Exit
from crawler.rendering.items import Answer, Hello, RenderFailure, RenderOrder, RenderPolicy
from crawler.rendering.processes import descendants, end_all, is_alive
from crawler.rendering.protocol import encode_order, encode_start, read_answer

LOG = logging.getLogger(__name__)
RENDERER = (sys.executable, "-P", "-m", "crawler.rendering.child")
KEPT = (*KEPT_ENVIRONMENT, "PLAYWRIGHT_BROWSERS_PATH")
# Followed by the id of the job's process, so that what a killed job left can be told from what is in use.
SCRATCH = "rxwarden-browser-"
DYING_SECONDS = 5.0
# After these the fault may lie with the renderer, as when Playwright's own process has grown or is gone.
WORN = ("memory", "crashed", "error")
START_SECONDS = 90.0
# Beyond the time of a page: the renderer has bounds of its own, this one is for a renderer that keeps none.
ANSWER_SECONDS = 120.0


class RenderProcess:
    """Runs one browser; use it as a context manager and from one thread.

        with RenderProcess(policy) as browser:
            answer = browser.render(RenderOrder("https://shop.example/"))

    RendererRefused where no browser starts or its guards are not in force. A page that takes the whole renderer down
    with it is answered with a RenderFailure, and the next order gets a new one.
    """

    def __init__(self, policy: RenderPolicy, command: Sequence[str] = RENDERER) -> None:
        self._policy = policy
        self._command = command
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._child: subprocess.Popen[bytes] | None = None
        self.hello = Hello("", sandboxed=False)

    def __enter__(self) -> Self:
        _sweep()
        self._scratch = tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the renderer; none while there is none."""
        return None if self._child is None else self._child.pid

    def render(self, order: RenderOrder) -> Answer:
        """Render a page; one that is no web page, or whose renderer dies of it, is a failure like any other."""
        if self._child is None:
            self._start()
        try:
            self._write(encode_order(order))
            answer = self._read_frame(self._policy.page_seconds + ANSWER_SECONDS)
            if isinstance(answer, Hello):
                raise FrameBroken("it introduced itself twice")
        except FrameBroken as problem:
            self._end()
            return RenderFailure(order.url, "died", f"the renderer ended with this page: {problem}; {self._said()}")
        if isinstance(answer, RenderFailure) and answer.reason in WORN:
            self._end()
        return answer

    def close(self) -> None:
        """End the browser with all of its processes, and remove what it kept."""
        self._end()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _start(self) -> None:
        pipe = subprocess.PIPE
        self._tail.clear()
        # A session of its own: Ctrl-C reaches the job alone, which then ends the browser.
        self._child = subprocess.Popen(  # noqa: S603  (the command is ours, not input)
            self._command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, env=self._environment(),
            start_new_session=True,
        )  # fmt: skip
        assert self._child.stderr is not None
        self._log_reader = threading.Thread(target=self._keep_tail, args=(self._child.stderr,), daemon=True)
        self._log_reader.start()
        try:
            self._write(encode_start(self._policy))
            hello = self._read_frame(START_SECONDS)
        except FrameBroken as problem:
            code = self._end()
            what = self._tail[-1] if code == Exit.REFUSED and self._tail else f"{problem}; {self._said()}"
            raise RendererRefused(f"no page can be rendered: {what}") from problem
        assert isinstance(hello, Hello)
        self.hello = hello

    def _end(self) -> int | None:
        """End the renderer and everything below it; gives its exit code."""
        child, self._child = self._child, None
        if child is None:
            return None
        assert child.stdin is not None
        assert child.stdout is not None
        below = descendants(child.pid)
        # At the end of its input it ends its browser and itself.
        child.stdin.close()
        try:
            code: int | None = child.wait(DYING_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
            below = (*below, *descendants(child.pid))
            child.kill()
            child.wait()
        end_all(below)
        self._log_reader.join(DYING_SECONDS)
        child.stdout.close()
        return code

    def _read_frame(self, seconds: float) -> Answer | Hello:
        assert self._child is not None
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)

        def read(size: int) -> bytes:
            if not poll.poll(seconds * 1000):
                raise FrameBroken(f"it sent nothing for {seconds:g} seconds")
            return os.read(descriptor, min(size, 1 << 20))

        return read_answer(read)

    def _write(self, data: bytes) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(data)
        except BrokenPipeError as problem:
            raise FrameBroken("it takes no more orders") from problem

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {"PYTHONPATH": str(ROOT), "TMPDIR": self._scratch}

    def _said(self) -> str:
        return f"its last words: {' | '.join(self._tail) or 'nothing'}"

    def _keep_tail(self, stderr: IO[bytes]) -> None:
        """Keep the end of the renderer's log, so that a full pipe never blocks it."""
        with stderr:
            while line := stderr.readline(MAX_LINE):
                text = printable(line.decode("utf-8", "replace")).strip()
                self._tail.append(text)
                LOG.debug("renderer: %s", text)


def _sweep() -> None:
    """Remove the folders of browsers whose job was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*"):
        owner = folder.name.removeprefix(SCRATCH).partition("-")[0]
        if owner.isdecimal() and not is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
