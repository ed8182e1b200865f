"""`rxwarden sources`: what is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.exceptions import SourceInvalid
from api.services.audit import Details, record
from api.settings import load_settings
from api.store.commands.sources import (
    add_source,
    list_sources,
    override_robots,
    remove_source,
    seed_sources,
    set_enabled,
)
from api.store.engine import reading, writing
from api.store.opening import open_store
from crawler.sources import Source, parse_source, read_sources, reason_problem

app = typer.Typer(help="List, add, pause, resume, remove and seed the watched sources.", no_args_is_help=True)
ACTOR = "operator"
Name = Annotated[str, typer.Argument(help="The source's name.")]


@app.command("list")
def list_() -> None:
    """List the watched sources."""
    engine = open_store(load_settings())
    table = Table("source", "spider", "start", "every", "state", "last success")
    with reading(engine) as session:
        for row in list_sources(session):
            state = "failed" if row.last_error else "watched"
            last = row.last_success_at.date().isoformat() if row.last_success_at else "never"
            every = "day" if row.cadence_days == 1 else f"{row.cadence_days} days"
            table.add_row(row.name, row.spider, row.start_urls[0], every, state if row.enabled else "paused", last)
    Console().print(table)


@app.command()
def add(
    name: Name,
    start_url: Annotated[list[str], typer.Argument(metavar="URL...", help="Where a visit begins.")],
    spider: Annotated[str, typer.Option(help="site, sitemap or url_list.")] = "site",
    jurisdiction: Annotated[str, typer.Option(help="A code such as US, UK, EU or US-CA.")] = "",
    cadence_days: Annotated[int, typer.Option(help="Days between two visits.")] = 7,
    max_pages: Annotated[int, typer.Option(help="Pages of one visit, at most.")] = 500,
    max_depth: Annotated[int, typer.Option(help="Links from a start URL to a page, at most.")] = 4,
    ignore_robots: Annotated[str, typer.Option(metavar="REASON", help="Read it whatever robots.txt says; why.")] = "",
    follow_nofollow: Annotated[bool, typer.Option(help="Follow links that ask not to be followed.")] = False,
) -> None:
    """Watch a new source."""
    fields: dict[str, object] = {
        "name": name,
        "spider": spider,
        "start_urls": start_url,
        "jurisdiction": jurisdiction,
        "cadence_days": cadence_days,
        "max_pages": max_pages,
        "max_depth": max_depth,
        "robots_override": ignore_robots,
        "follow_nofollow": follow_nofollow,
    }
    source = parse_source(fields, "sources add")
    with _logged("source.add", source.name) as (session, now):
        add_source(session, source, now)
        _log_override(session, source, "", now)
    typer.echo(f"{name} is watched from the next weekly run on")


@app.command()
def pause(name: Name) -> None:
    """Leave a source out of weekly runs."""
    with _logged("source.pause", name) as (session, _):
        set_enabled(session, name, enabled=False)
    typer.echo(f"{name} is paused")


@app.command()
def resume(name: Name) -> None:
    """Take a paused source into weekly runs again."""
    with _logged("source.resume", name) as (session, _):
        set_enabled(session, name, enabled=True)
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
    action = "source.robots_obey" if obey else "source.robots_override"
    with _logged(action, name, {"reason": ignore} if ignore else {}) as (session, _):
        override_robots(session, name, ignore)
    typer.echo(f"{name} obeys robots.txt" if obey else f"{name} is read whatever robots.txt says: {ignore}")


@app.command()
def remove(name: Name) -> None:
    """Stop watching a source; its pages, cases and reviews stay."""
    with _logged("source.remove", name) as (session, now):
        remove_source(session, name, now)
    typer.echo(f"{name} is no longer watched; what was found on it stays")


@app.command()
def seed(file: Annotated[Path, typer.Argument(help="A TOML file with [[source]] blocks.")]) -> None:
    """Add the sources of a file and take its changes over; whether a known source is paused stays as it is."""
    sources = read_sources(file)
    with _logged("source.seed", file.name) as (session, now):
        before = {row.name: row.robots_override for row in list_sources(session)}
        rows = seed_sources(session, sources, now)
        for source in sources:
            _log_override(session, source, before.get(source.name, ""), now)
    typer.echo(f"{len(rows)} sources from {file}")


@contextmanager
def _logged(action: str, subject: str, details: Details | None = None) -> Iterator[tuple[Session, datetime]]:
    now = datetime.now(UTC)
    with writing(open_store(load_settings())) as session:
        yield session, now
        record(session, actor=ACTOR, action=action, subject=f"source:{subject}", details=details, now=now)


def _log_override(session: Session, source: Source, before: str, now: datetime) -> None:
    """Give an override of robots.txt, or its end, an entry of its own in the audit log."""
    if source.robots_override != before:
        action = "source.robots_override" if source.robots_override else "source.robots_obey"
        details = {"reason": source.robots_override} if source.robots_override else {}
        record(session, actor=ACTOR, action=action, subject=f"source:{source.name}", details=details, now=now)
