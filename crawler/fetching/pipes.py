"""The fetcher's ends of the two pipes: targets coming in, answers going out, neither stalling a download."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO

from crawler.exceptions import FrameBroken
from crawler.protocol import Answer, Ticket, decode_ticket, encode_answer

# Called, from a thread, when the job at the other end is gone; it must end the process.
OnLost = Callable[[str], None]


class Feed:
    """The tickets a job sends, in order, until it says that there are no more.

    A thread reads ahead without bound: a job that sends many targets before it reads an answer is never held up,
    and a job that dies is noticed at once.
    """

    def __init__(self, stream: BinaryIO, on_lost: OnLost) -> None:
        self._stream = stream
        self._on_lost = on_lost
        self._queue: asyncio.Queue[Ticket | None] = asyncio.Queue()

    def open(self) -> None:
        """Begin to read; call it in the running event loop, once fetching is safe."""
        arguments = (asyncio.get_running_loop(),)
        threading.Thread(target=self._read_lines, args=arguments, name="feed", daemon=True).start()

    async def tickets(self) -> AsyncIterator[Ticket]:
        """Give each ticket when it comes; ends when the job ends the feed."""
        while (ticket := await self._queue.get()) is not None:
            yield ticket

    def _read_lines(self, loop: asyncio.AbstractEventLoop) -> None:
        ticket: Ticket | None = None
        while True:
            line = self._stream.readline()
            if not line:
                return self._on_lost("the job is gone")
            try:
                ticket = decode_ticket(line)
            except FrameBroken as problem:
                return self._on_lost(str(problem))
            with suppress(RuntimeError):  # the loop has closed: nobody waits for targets any more
                loop.call_soon_threadsafe(self._queue.put_nowait, ticket)
            if ticket is None:
                return None


class Answers:
    """Writes each ticket's one answer; a second answer to the same ticket is ignored.

    Writing waits while the job is busy. It does so in a thread, and the spider awaits it, so that Scrapy's own
    bound on unhandled responses holds new downloads back while those under way go on.
    """

    def __init__(self, stream: BinaryIO, on_lost: OnLost) -> None:
        self._stream = stream
        self._on_lost = on_lost
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")
        self._open: dict[int, Ticket] = {}

    @property
    def open_tickets(self) -> tuple[Ticket, ...]:
        """The tickets that still wait for their answer."""
        return tuple(self._open.values())

    def expect(self, ticket: Ticket) -> None:
        """Note that a ticket was taken from the feed."""
        self._open[ticket.serial] = ticket

    async def give(self, ticket: Ticket, answer: Answer) -> None:
        """Send the answer to a ticket and wait until it is on its way."""
        if self._open.pop(ticket.serial, None) is not None:
            frame = encode_answer(ticket.serial, answer)
            await asyncio.get_running_loop().run_in_executor(self._writer, self._write, frame)

    def finish(self) -> None:
        """Wait until every answer that was given is on its way."""
        self._writer.shutdown(wait=True)

    def give_now(self, ticket: Ticket, answer: Answer) -> None:
        """Send the answer to a ticket where no event loop runs any more."""
        if self._open.pop(ticket.serial, None) is not None:
            self._writer.submit(self._write, encode_answer(ticket.serial, answer)).result()

    def _write(self, frame: bytes) -> None:
        try:
            self._stream.write(frame)
            self._stream.flush()
        except OSError as problem:
            self._on_lost(f"the job takes no more answers ({problem.strerror})")
