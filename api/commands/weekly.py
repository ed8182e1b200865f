"""`rxwarden weekly`: visit the sources that are due."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.commands.console_progress import SourceProgress, stderr_console
from api.commands.run_report import show_report
from api.commands.timer import timer_text
from api.exit_codes import ExitCode
from api.jobs.weekly import run_weekly
from api.services.alarms import standing_warnings
from api.services.room import CaptureRoom
from api.settings import Settings, load_settings
from api.store.engine import reading
from api.store.opening import open_store


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
    check: Annotated[
        bool, typer.Option("--check", help="Visit nothing; say what is amiss now, with exit code 3 when anything is.")
    ] = False,
    print_timer: Annotated[
        bool, typer.Option("--print-timer", help="Visit nothing; print a systemd timer and a cron line that run this.")
    ] = False,
) -> None:
    """Visit the sources that are due and go on with what an earlier run left undone.

    Exit code 0: all well; 3: a source could not be visited or an operator has to look at something (the report says
    what), the others were.
    """
    settings = load_settings()
    day = as_of.replace(tzinfo=UTC) if as_of else datetime.now(UTC)
    if print_timer:
        sys.stdout.write(timer_text(settings, Path(sys.argv[0]).absolute()))
        return
    if check:
        raise typer.Exit(_check(settings, day))
    with SourceProgress(stderr_console()) as progress:
        report = run_weekly(settings, as_of=day, progress=progress, only=source or ())
    show_report(report, Console(soft_wrap=True))
    raise typer.Exit(report.exit_code)


def _check(settings: Settings, now: datetime) -> ExitCode:
    engine = open_store(settings)
    with reading(engine) as session:
        amiss = standing_warnings(session, CaptureRoom(settings), now)
    engine.dispose()
    for field, sentence in amiss.items():
        sys.stdout.write(f"{field}: {sentence}\n")
    if not amiss:
        sys.stdout.write("all well\n")
    return ExitCode.PARTLY_FAILED if amiss else ExitCode.OK
