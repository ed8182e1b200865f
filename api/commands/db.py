"""`rxwarden db`: upgrade, back up, restore and check what the installation keeps."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console_progress import counted
from api.exit_codes import ExitCode
from api.services.backup import back_up
from api.services.checkup import find_problems
from api.services.restore import restore as restore_backup
from api.settings import load_settings
from api.store.blobs import BlobStore
from api.store.engine import open_engine
from api.store.migrating import current_revision
from api.store.migrating import upgrade as upgrade_database

app = typer.Typer(help="Upgrade, back up, restore and check what the installation keeps.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the tables this version works with."""
    settings = load_settings()
    settings.folder.create()
    engine = open_engine(settings.store_url)
    before = current_revision(engine)
    upgrade_database(engine)
    after = current_revision(engine)
    typer.echo(f"the database stands at {after} already" if before == after else f"upgraded from {before} to {after}")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file, such as rxwarden-2026-11-22.tar.gz.")]) -> None:
    """Write one archive with the database, the saved pages, the models and the secret; keep it as safe as they are."""
    with counted("backing up") as heard:
        made = back_up(load_settings(), file, now=datetime.now(UTC), heard=heard)
    size = made.file.stat().st_size
    typer.echo(f"{made.file}: {len(made.manifest.entries)} files, {size / 1e6:.1f} MB")
    if made.advice:
        typer.echo(made.advice)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="An archive made by `rxwarden db backup`.")]) -> None:
    """Restore a backup into an empty data folder, checking every file against its digest."""
    settings = load_settings()
    with counted("restoring") as heard:
        manifest, left_to_do = restore_backup(settings, file, heard=heard)
    typer.echo(f"restored {len(manifest.entries)} files of {manifest.made_at} into {settings.data}")
    if left_to_do:
        typer.echo(left_to_do)


@app.command()
def check() -> None:
    """Look the database, the audit log and every saved file over; exit code 1 when something is wrong."""
    settings = load_settings()
    number = 0
    for problem in find_problems(open_engine(settings.store_url), BlobStore(settings.folder.blobs)):
        number += 1
        typer.echo(problem, err=True)
    if number:
        raise typer.Exit(ExitCode.FAILED)
    typer.echo("database, audit log and saved files are as they should be")
