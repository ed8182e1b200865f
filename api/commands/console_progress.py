"""Progress on a terminal as bars, elsewhere as plain lines."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from api.counting import count
from api.jobs.progress import SourceReport
from crawler.printing import printable


def stderr_console() -> Console:
    """Give the console that progress goes to, so that results on stdout stay clean."""
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


@contextmanager
def counted(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many are done; off a terminal, say so once at the end."""
    console = stderr_console()
    with _bars(console) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
    if not console.is_terminal:
        console.print(f"{what}: done")


class SourceProgress:
    """Shows a weekly run: a bar for each source under way, a line for each that is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = _bars(console)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "SourceProgress":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def say(self, sentence: str) -> None:
        """Print a line; a stranger's words in it never command the terminal."""
        self._bars.console.print(printable(sentence))

    def begin(self, source: str) -> None:
        """Show a bar for the source."""
        self._tasks[source] = self._bars.add_task(source, total=None)

    def step(self, source: str, done: int, known: int) -> None:
        """Move the source's bar."""
        self._bars.update(self._tasks[source], completed=done, total=known)

    def end(self, report: SourceReport) -> None:
        """Take the bar away and say what came of the source."""
        self._bars.remove_task(self._tasks.pop(report.source))
        self.say(f"{report.source}: {report.error or _brought(report)}")


def _brought(report: SourceReport) -> str:
    failed = f", {report.failed:,} failed" if report.failed else ""
    return f"{count(report.pages, 'page')}, {count(report.new_flags, 'new flag')}{failed}"


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
