"""What a run tells while it works and when it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from api.exit_codes import ExitCode
from crawler.items import FetchFailure


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What came of one source; `error` is a sentence, empty when all went well.

    `failed` pages are told by reason in `errors`; `warnings` are sentences for the operator; `bytes` are those that
    travelled, answers with their headers, still packed; `unverified` pages came with a certificate that does not
    verify; `seconds` are those of this time.
    """

    source: str
    pages: int
    changed: int
    new_flags: int
    failed: int
    error: str = ""
    errors: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    bytes: int = 0
    unverified: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """What came of a weekly run; `idle` names the sources that were not due, `warnings` concern no single source."""

    sources: tuple[SourceReport, ...]
    idle: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """PARTLY_FAILED when a source could not be visited or an operator has to look at something."""
        told = self.warnings or any(report.error or report.warnings for report in self.sources)
        return ExitCode.PARTLY_FAILED if told else ExitCode.OK


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one URL: a failure, or the capture that holds its page.

    `received` are the bytes of its body, unpacked; `sent` those of the answer as it travelled, headers included.
    """

    url: str
    final_url: str
    status: int | None
    received: int
    failure: FetchFailure | None = None
    capture_id: str | None = None
    sent: int = 0


Hear = Callable[[Fetched], None]


def ignore(_fetched: Fetched) -> None:
    """Hear of a URL and do nothing."""


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
