"""`rxwarden user`: the people who review, by pseudonym."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.services.people import add_reviewer, issue_link, list_reviewers
from api.services.tokens import draw_base62
from api.settings import load_settings
from api.store.engine import reading, writing
from api.store.kinds import Role
from api.store.opening import open_store

app = typer.Typer(help="Add reviewers and make sign-in links.", no_args_is_help=True)

_ACTOR = "operator"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A pseudonym; colleagues see it beside decisions.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")] = Role.REVIEWER,
) -> None:
    """Add a reviewer and print their first sign-in link."""
    settings = load_settings()
    now = datetime.now(UTC)
    with writing(open_store(settings)) as session:
        add_reviewer(session, name=name, role=role, actor=_ACTOR, now=now)
        token = issue_link(session, name, draw=draw_base62, actor=_ACTOR, now=now)
    typer.echo(f"{settings.base_url}/sign-in?token={token}")


@app.command()
def link(name: Annotated[str, typer.Argument(help="An active reviewer.")]) -> None:
    """Print a new sign-in link; it works once, within the hour."""
    settings = load_settings()
    with writing(open_store(settings)) as session:
        token = issue_link(session, name, draw=draw_base62, actor=_ACTOR, now=datetime.now(UTC))
    typer.echo(f"{settings.base_url}/sign-in?token={token}")


@app.command("list")
def list_() -> None:
    """List the people and what they may do."""
    with reading(open_store(load_settings())) as session:
        for person in list_reviewers(session):
            typer.echo(f"{person.name}\t{person.role}\t{'active' if person.active else 'left'}")
