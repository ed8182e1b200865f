"""`rxwarden key`: API keys for programs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.services.key_uses import API_KEYS
from api.services.keys import issue_key, list_keys, revoke_key
from api.services.secret import derived_key, load_secret
from api.services.tokens import draw_base62
from api.settings import load_settings
from api.store.engine import reading, writing
from api.store.kinds import KeyScope
from api.store.opening import open_store
from api.store.tables.keys import ApiKey

ACTOR = "operator"

app = typer.Typer(help="API keys for programs: create, list, revoke.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="What the key is for; shown in lists and logs.")],
    scope: Annotated[list[KeyScope], typer.Option(help="What the key may do; give it once a scope.")],
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires; never by default.")] = None,
) -> None:
    """Make a key and print it, this once; only a hash of it is kept."""
    settings = load_settings()
    now = datetime.now(UTC)
    with writing(open_store(settings)) as session:
        issued = issue_key(
            session,
            name=name,
            scopes=scope,
            expires_at=None if days is None else now + timedelta(days=days),
            pepper=derived_key(load_secret(settings), API_KEYS),
            draw=draw_base62,
            actor=ACTOR,
            now=now,
        )
    typer.echo(issued.token)


@app.command("list")
def list_() -> None:
    """Print the keys, the newest first."""
    now = datetime.now(UTC)
    with reading(open_store(load_settings())) as session:
        keys = list_keys(session)
    table = Table("id", "name", "scopes", "state", "created", "last used")
    for key in keys:
        table.add_row(
            key.id, key.name, ", ".join(key.scopes), _state(key, now), *map(_day, (key.created_at, key.last_used_at))
        )
    Console().print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `rxwarden key list` shows it.")],
) -> None:
    """End a key; running services refuse it within a second."""
    with writing(open_store(load_settings())) as session:
        key = revoke_key(session, key_id, actor=ACTOR, now=datetime.now(UTC))
        typer.echo(f"Key {key.id} ({key.name}) is revoked.")


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    if key.expires_at is None:
        return "good"
    return f"{'expired' if key.expires_at <= now else 'good until'} {_day(key.expires_at)}"


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d}"
