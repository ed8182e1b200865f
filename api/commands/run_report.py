"""The report of a run on a terminal: a table of the sources, totals, errors by reason, and what to look at."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from api.counting import count
from api.jobs.progress import SourceReport, WeeklyReport
from crawler.printing import printable

NOTHING_WATCHED = (
    "nothing to do: no source is watched; `rxwarden sources add` adds one, `rxwarden sources resume` ends a pause"
)
NUMBERS = ("pages", "changed", "new flags", "failed", "received", "time")


def show_report(report: WeeklyReport, console: Console) -> None:
    """Print what came of a run."""
    if report.sources:
        console.print(_table(report))
    elif report.idle:
        console.print(f"nothing to do: of {count(len(report.idle), 'watched source')} none is due")
    else:
        console.print(NOTHING_WATCHED, markup=False)
    for line in _lines(report):
        console.print(printable(line), markup=False, highlight=False)


def _table(report: WeeklyReport) -> Table:
    table = Table("source", *NUMBERS, show_footer=len(report.sources) > 1)
    for column in table.columns[1:]:
        column.justify = "right"
    for one in report.sources:
        table.add_row(one.source, *_figures((one,), one.seconds))
    totals = ("all", *_figures(report.sources, report.seconds))
    for column, total in zip(table.columns, totals, strict=True):
        column.footer = total
    return table


def _figures(sources: tuple[SourceReport, ...], seconds: float) -> tuple[str, ...]:
    counts = (
        sum(one.pages for one in sources),
        sum(one.changed for one in sources),
        sum(one.new_flags for one in sources),
        sum(one.failed for one in sources),
    )
    took = timedelta(seconds=round(seconds))
    return (*map(str, counts), _size(sum(one.bytes for one in sources)), str(took))


def _lines(report: WeeklyReport) -> Iterator[str]:
    """Give what is told below the table, the gravest last, where eyes rest."""
    errors: Counter[str] = Counter()
    for one in report.sources:
        errors.update(one.errors)
    if errors:
        yield "failed pages by reason: " + ", ".join(f"{reason} {number}" for reason, number in errors.most_common())
    for one in report.sources:
        if one.unverified:
            yield f"{one.source}: {one.unverified} of {one.pages} pages came with a certificate that does not verify"
    for one in report.sources:
        for sentence in one.warnings:
            yield f"LOOK AT {one.source}: {sentence}"
    for sentence in report.warnings:
        yield f"LOOK: {sentence}"
    for one in report.sources:
        if one.error:
            yield f"{one.source} failed: {one.error}"


def _size(octets: int) -> str:
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if octets >= unit:
            return f"{octets / unit:.1f} {name}"
    return f"{octets} B"
