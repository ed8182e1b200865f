"""`rxwarden evidence`: check the web archive, and hand out what belongs to a case."""

from typing import Annotated

import typer

from api.commands.console_progress import counted
from api.exit_codes import ExitCode
from api.services.evidence.check import find_problems
from api.settings import load_settings
from api.store.engine import reading
from api.store.opening import open_store

app = typer.Typer(help="Check the web archive, and hand out what belongs to a case.", no_args_is_help=True)


@app.command()
def verify(
    every_record: Annotated[
        bool, typer.Option("--all", help="Read every record and its digests, also in files whose digest is right.")
    ] = False,
) -> None:
    """Check the chain, the digest of each file and the records; exit code 3 when something is not as it was written."""
    settings = load_settings()
    number = 0
    with reading(open_store(settings)) as session, counted("checking the archive") as heard:
        for problem in find_problems(session, settings.folder, every_record=every_record, heard=heard):
            number += 1
            typer.echo(str(problem), err=True)
    if number:
        typer.echo(f"{number} problems; keep the files as they are, and compare them with a backup", err=True)
        raise typer.Exit(ExitCode.PARTLY_FAILED)
    typer.echo("the archive is as it was written: chain, files and the records of captures")
