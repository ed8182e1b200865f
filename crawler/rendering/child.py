"""The renderer: `python -m crawler.rendering.child`, started by a RenderProcess; only it loads Playwright."""

import asyncio
import os
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from playwright.async_api import Error, async_playwright

from crawler.exceptions import CrawlerError, RendererRefused
from crawler.fetching.lock import lock_connects
from crawler.protocol import Exit
from crawler.rendering.chromium import Chromium, first_words
from crawler.rendering.items import RenderPolicy
from crawler.rendering.processes import adopt_orphans, end_below
from crawler.rendering.protocol import decode_order, decode_start, encode_answer


def main() -> NoReturn:
    """Run on the process's own pipes; stdout is moved aside first, so that a stray print cannot tear a frame."""
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        policy = decode_start(sys.stdin.buffer.readline())
    except CrawlerError as problem:
        _leave(Exit.START_INVALID, str(problem))
    lock_connects(policy.guard())
    adopt_orphans()
    try:
        asyncio.run(_work(policy, sys.stdin.buffer, frames))
    except RendererRefused as problem:
        _leave(Exit.REFUSED, str(problem))
    except (Error, TimeoutError) as problem:
        _leave(Exit.REFUSED, f"the browser does not start: {first_words(problem)}")
    _leave(Exit.DONE, "")


async def _work(policy: RenderPolicy, commands: BinaryIO, frames: BinaryIO) -> None:
    """Answer orders until the job closes its end."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        """Hand lines over; a job that is gone ends everything here, whatever is under way."""
        while line := commands.readline():
            loop.call_soon_threadsafe(lines.put_nowait, line)
        _leave(Exit.DONE, "")

    async with async_playwright() as playwright:
        with tempfile.TemporaryDirectory() as scratch:
            chromium = Chromium(playwright, policy, Path(scratch), lambda: datetime.now(UTC))
            _send(frames, encode_answer(await chromium.start()))
            threading.Thread(target=read, daemon=True).start()
            while True:
                _send(frames, encode_answer(await chromium.answer(decode_order(await lines.get()))))


def _send(frames: BinaryIO, frame: bytes) -> None:
    try:
        frames.write(frame)
        frames.flush()
    except BrokenPipeError:
        _leave(Exit.JOB_LOST, "whoever wanted the page is gone")


def _leave(code: Exit, sentence: str) -> NoReturn:
    """End at once, and all that was started with us."""
    with suppress(OSError):
        sys.stderr.write(sentence + "\n" if sentence else "")
        sys.stderr.flush()
    end_below(os.getpid())
    os._exit(code)


if __name__ == "__main__":
    main()
