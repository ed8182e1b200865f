"""`rxwarden weekly`: visit the sources that are due."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.console_progress import SourceProgress, stderr_console
from api.jobs.progress import WeeklyReport
from api.jobs.weekly import run_weekly
from api.settings import load_settings


def weekly(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="The day that decides what is due and which rules hold; today."
        ),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Visit only this source; may be repeated.")
    ] = None,
) -> None:
    """Visit the sources that are due and go on with what an earlier run left undone.

    Exit code 0: all well; 3: a source could not be visited (the table says why), the others were.
    """
    day = as_of.replace(tzinfo=UTC) if as_of else datetime.now(UTC)
    settings = load_settings()
    with SourceProgress(stderr_console()) as progress:
        report = run_weekly(settings, as_of=day, progress=progress, only=source or ())
    show_report(report, Console(soft_wrap=True))
    raise typer.Exit(report.exit_code)


def show_report(report: WeeklyReport, console: Console) -> None:
    """Print the table of a run and why a source failed."""
    table = Table("source", *("pages", "changed", "new flags", "failed"))
    for column in table.columns[1:]:
        column.justify = "right"
    for one in report.sources:
        table.add_row(one.source, *map(str, (one.pages, one.changed, one.new_flags, one.failed)))
    if report.sources:
        console.print(table)
    elif report.idle:
        console.print(f"nothing to do: of {len(report.idle)} watched sources none is due")
    else:
        console.print("nothing to do: no source is watched; add one with `rxwarden sources add`", markup=False)
    for one in report.sources:
        if one.error:
            console.print(f"{one.source} failed: {one.error}", markup=False, highlight=False)
