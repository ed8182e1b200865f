"""`rxwarden evidence`: check the web archive, and hand out what belongs to a case."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console_progress import counted
from api.counting import count
from api.exit_codes import ExitCode
from api.services.evidence.check import find_problems
from api.services.evidence.export import Means, file_name, note_export, pack_case, save_export
from api.settings import load_settings
from api.store.blobs import BlobStore, digest
from api.store.engine import reading, writing
from api.store.opening import open_store
from classifier.policy import load_policy

app = typer.Typer(help="Check the web archive, and hand out what belongs to a case.", no_args_is_help=True)


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="The id of a case, as its page and look-ups show it.")],
    to: Annotated[Path | None, typer.Option(help="A new file; by default one in the data folder's exports/.")] = None,
) -> None:
    """Write a WACZ: the records of a case's page, verdict, findings, policy, reviews and the chain of hashes."""
    settings = load_settings()
    engine, now = open_store(settings), datetime.now(UTC)
    means = Means(BlobStore(settings.folder.blobs), settings.folder.warc, load_policy())
    with reading(engine) as session:
        packed = pack_case(session, means, case, now=now)
    file = to or settings.folder.exports / file_name(case, now)
    save_export(file, packed)
    with writing(engine) as session:
        note_export(session, case, packed, actor="operator", now=now)
    typer.echo(f"{file}: {len(packed):,} bytes, SHA-256 {digest(packed)}")


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
        typer.echo(f"{count(number, 'problem')}; keep the files as they are, and compare them with a backup", err=True)
        raise typer.Exit(ExitCode.PARTLY_FAILED)
    typer.echo("the archive is as it was written: chain, files and the records of captures")
