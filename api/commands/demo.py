"""`rxwarden demo`: see the whole product at work on a made-up web."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.console_progress import SourceProgress, counted, stderr_console
from api.commands.run_report import show_report
from api.console.addresses import defang
from api.jobs.demo import clear_folder, demo_web, invite, list_open, run_two_weeks
from api.services.models import current_model
from api.settings import Settings, load_settings
from api.store.queries.queue import QueueRow
from classifier.labels import Family, Severity

DEMO_FOLDER = Path("build/demo")
_SHOWN = 20
_FAMILY_WORDS = {Family.ILLICIT_SALE: "illicit sale", Family.UNSUPPORTED_CLAIM: "unsupported claim"}


def demo(
    serve: Annotated[bool, typer.Option(help="Serve console and API when the queue is filled.")] = True,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day of the second weekly run; today.")
    ] = None,
) -> None:
    """Train, crawl a made-up web in two weeks of the calendar, show what was found, and serve it on 127.0.0.1:8000."""
    settings = _settings()
    clear_folder(settings.data)
    with counted("training the model") as heard:
        current_model(settings, lambda _step, done, total: heard(done, total))
    with demo_web(settings) as (web, at_work), SourceProgress(stderr_console()) as progress:
        day = (as_of or datetime.now(UTC)).date()
        reports = run_two_weeks(web, at_work, as_of=day, progress=progress)
    console = Console(width=None if Console().is_terminal else 150, highlight=False)
    console.print("\n[bold]The second week[/bold]")
    show_report(reports[1], console)
    show_queue(list_open(settings, _SHOWN), console)
    if serve:
        # Takes a second to import and is needed here alone.
        from api.commands.serve import run

        console.print(
            f"\nConsole and API on {settings.base_url}; sign in once with\n{invite(settings, datetime.now(UTC))}\n",
            soft_wrap=True,
        )
        run(settings)


def show_queue(rows: tuple[QueueRow, ...], console: Console) -> None:
    """Print the head of the queue, worst first."""
    table = Table(
        "severity", "page", "family", "likely", "strongest quote", title=f"Queue: the first {len(rows)} open cases"
    )
    table.columns[1].overflow = "fold"
    for row in rows:
        families = [f for f in Family if str(f) in row.verdict.flagged]
        table.add_row(
            str(list(Severity)[row.case.severity_rank]),
            defang(row.page.url),
            "\n".join(_FAMILY_WORDS[f] for f in families) or "unclear",
            f"{100 * row.case.probability:.0f} %",
            _cut(row.strongest.quote if row.strongest else "", 90),
        )
    console.print(table)


def _settings() -> Settings:
    """The demo lives in build/demo below the present folder, unless RXWARDEN_DATA names another place."""
    settings = load_settings()
    folder = settings.data if os.environ.get("RXWARDEN_DATA") else DEMO_FOLDER.absolute()
    return settings.model_copy(update={"data": folder})


def _cut(text: str, length: int) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= length else f"{folded[: length - 1]}…"
