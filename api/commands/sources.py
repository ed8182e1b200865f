"""`rxwarden sources`: what is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.exceptions import SourceInvalid
from api.exit_codes import ExitCode
from api.services.sources import bind_robots, note_test, pause, permit_second_look, resume, seed, unwatch, watch
from api.services.trials import Trial, try_source
from api.settings import load_settings
from api.store.commands.sources import list_sources, to_source
from api.store.engine import reading, writing
from api.store.opening import open_store
from api.store.tables.sources import StoredSource
from crawler.printing import printable
from crawler.sources import FILE_SPIDERS, SPIDERS, parse_source, read_sources, reason_problem

app = typer.Typer(help="List, add, test, pause, resume, remove and seed the watched sources.", no_args_is_help=True)
ACTOR = "operator"


class Form(StrEnum):
    """How a trial is printed."""

    TABLE = "table"
    JSON = "json"


Name = Annotated[str, typer.Argument(help="The source's name.")]


@app.command("list")
def list_() -> None:
    """List the watched sources."""
    engine = open_store(load_settings())
    table = Table("source", "spider", "start", "every", "state", "last success", "exceptions")
    with reading(engine) as session:
        for row in list_sources(session):
            state = "failed" if row.last_error else "watched"
            last = row.last_success_at.date().isoformat() if row.last_success_at else "never"
            every = "day" if row.cadence_days == 1 else f"{row.cadence_days} days"
            start = row.start_urls[0] + (f" and {more} more" if (more := len(row.start_urls) - 1) else "")
            state = state if row.enabled else "paused"
            table.add_row(row.name, row.spider, start, every, state, last, ", ".join(_exceptions(row)))
    Console().print(table)


@app.command()
def add(
    name: Name,
    start: Annotated[list[str], typer.Argument(metavar="START...", help="Where a visit begins: URLs, or files.")],
    spider: Annotated[str, typer.Option(help=f"{', '.join(SPIDERS[:-1])} or {SPIDERS[-1]}.")] = "site",
    jurisdiction: Annotated[str, typer.Option(help="A code such as US, UK, EU or US-CA.")] = "",
    cadence_days: Annotated[int, typer.Option(help="Days between two visits.")] = 7,
    max_pages: Annotated[int, typer.Option(help="Pages of one visit, at most.")] = 500,
    max_depth: Annotated[int, typer.Option(help="Links from a start URL to a page, at most.")] = 4,
    ignore_robots: Annotated[str, typer.Option(metavar="REASON", help="Read it whatever robots.txt says; why.")] = "",
    second_look: Annotated[
        str, typer.Option(metavar="REASON", help="Ask for some pages under a browser's name too; why.")
    ] = "",
    follow_nofollow: Annotated[bool, typer.Option(help="Follow links that ask not to be followed.")] = False,
) -> None:
    """Watch a new source; `feed`, `ads` and `archive` also take files of this machine."""
    fields: dict[str, object] = {
        "name": name,
        "spider": spider,
        "start_urls": [_file_url(text) if spider in FILE_SPIDERS else text for text in start],
        "jurisdiction": jurisdiction,
        "cadence_days": cadence_days,
        "max_pages": max_pages,
        "max_depth": max_depth,
        "robots_override": ignore_robots,
        "second_look": second_look,
        "follow_nofollow": follow_nofollow,
    }
    source = parse_source(fields, "sources add")
    with _changing() as (session, now):
        watch(session, source, actor=ACTOR, now=now)
    typer.echo(f"{name} is watched from the next weekly run on; `rxwarden sources test {name}` tries it now")


@app.command("pause")
def pause_(name: Name) -> None:
    """Leave a source out of weekly runs."""
    with _changing() as (session, now):
        pause(session, name, actor=ACTOR, now=now)
    typer.echo(f"{name} is paused")


@app.command("resume")
def resume_(name: Name) -> None:
    """Take a paused source into weekly runs again."""
    with _changing() as (session, now):
        resume(session, name, actor=ACTOR, now=now)
    typer.echo(f"{name} is watched again")


@app.command()
def robots(
    name: Name,
    ignore: Annotated[str, typer.Option(metavar="REASON", help="Read it whatever robots.txt says; why.")] = "",
    obey: Annotated[bool, typer.Option("--obey", help="Obey robots.txt again.")] = False,
) -> None:
    """Say whether robots.txt binds a source; an override needs a reason, which goes into the audit log."""
    if bool(ignore) == obey:
        raise SourceInvalid("give either --ignore REASON or --obey")
    if problem := reason_problem(ignore):
        raise SourceInvalid(f"source {name!r}: the reason {problem}")
    with _changing() as (session, now):
        bind_robots(session, name, ignore, actor=ACTOR, now=now)
    typer.echo(f"{name} obeys robots.txt" if obey else f"{name} is read whatever robots.txt says: {ignore}")


@app.command("second-look")
def second_look_(
    name: Name,
    allow: Annotated[str, typer.Option(metavar="REASON", help="Ask for some pages as a browser would; why.")] = "",
    stop: Annotated[bool, typer.Option("--stop", help="Ask under our own name alone again.")] = False,
) -> None:
    """Say whether flagged pages and some start pages are asked for under a browser's name too, to find cloaking."""
    if bool(allow) == stop:
        raise SourceInvalid("give either --allow REASON or --stop")
    if problem := reason_problem(allow):
        raise SourceInvalid(f"source {name!r}: the reason {problem}")
    with _changing() as (session, now):
        permit_second_look(session, name, allow, actor=ACTOR, now=now)
    typer.echo(f"{name} is asked under our own name alone" if stop else f"{name} gets a second look: {allow}")


@app.command()
def remove(name: Name) -> None:
    """Stop watching a source; its pages, cases and reviews stay."""
    with _changing() as (session, now):
        unwatch(session, name, actor=ACTOR, now=now)
    typer.echo(f"{name} is no longer watched; what was found on it stays")


@app.command("test")
def try_(
    name: Name,
    form: Annotated[Form, typer.Option("--format", help="table for people, json for programs.")] = Form.TABLE,
) -> None:
    """Ask for a source's first URL as a visit would, and tell what came; nothing of it is stored.

    Exit code 0: there was a response; 3: there was none, and `problem` says why.
    """
    settings = load_settings()
    with _changing() as (session, now):
        source = to_source(note_test(session, name, actor=ACTOR, now=now))
    trial = try_source(settings, source)
    if form is Form.JSON:
        typer.echo(trial.to_json())
    else:
        show_trial(trial, Console(soft_wrap=True))
    raise typer.Exit(ExitCode.PARTLY_FAILED if trial.problem else ExitCode.OK)


def show_trial(trial: Trial, console: Console) -> None:
    """Print a trial, a line for each thing that it found out."""
    lines = [("first", trial.first), ("robots.txt", trial.robots), ("response", trial.response)]
    lines += [("redirects", " -> ".join(trial.redirects)), ("problem", trial.problem)]
    if not trial.problem:
        lines.append(("leads to", f"{trial.entries:,} entries, {trial.links:,} links"))
    lines += [("", sample) for sample in trial.samples] + [("unread", sentence) for sentence in trial.unread]
    for title, text in lines:
        if text:
            console.print(f"{title:<12}{printable(text)}", markup=False, highlight=False)


@app.command("seed")
def seed_(file: Annotated[Path, typer.Argument(help="A TOML file with [[source]] blocks.")]) -> None:
    """Add the sources of a file and take its changes over; whether a known source is paused stays as it is."""
    sources = read_sources(file)
    with _changing() as (session, now):
        rows = seed(session, sources, file.name, actor=ACTOR, now=now)
    typer.echo(f"{len(rows)} sources from {file}")


def _exceptions(row: StoredSource) -> Iterator[str]:
    """Give what a source is let off, or asked beyond the usual."""
    if row.robots_override:
        yield "robots.txt ignored"
    if row.second_look:
        yield "second look"
    if row.follow_nofollow:
        yield "nofollow followed"


@contextmanager
def _changing() -> Iterator[tuple[Session, datetime]]:
    with writing(open_store(load_settings())) as session:
        yield session, datetime.now(UTC)


def _file_url(text: str) -> str:
    """Give the URL of a file that is named as people name files; a URL as it is."""
    return text if "://" in text else Path(text).expanduser().absolute().as_uri()
