"""What a weekly run tells while it works and when it is done."""

from dataclasses import dataclass
from typing import Protocol

from api.exit_codes import ExitCode


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What came of one source; `error` is a sentence, empty when all went well."""

    source: str
    pages: int
    changed: int
    new_flags: int
    failed: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """What came of a weekly run; `idle` names the sources that were not due."""

    sources: tuple[SourceReport, ...]
    idle: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """PARTLY_FAILED when a source could not be visited."""
        return ExitCode.PARTLY_FAILED if any(report.error for report in self.sources) else ExitCode.OK


class Progress(Protocol):
    """Hears of the work as it goes on, from several threads."""

    def say(self, sentence: str) -> None:
        """Something worth a line."""

    def begin(self, source: str) -> None:
        """A source is visited from now on."""

    def step(self, source: str, done: int, known: int) -> None:
        """So many of the URLs known so far are done."""

    def end(self, report: SourceReport) -> None:
        """A source is done with."""
