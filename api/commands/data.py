"""`rxwarden data`: is the labelled data fit to learn from?"""

from pathlib import Path
from typing import Annotated

import typer

from api.exit_codes import ExitCode
from api.services.labelled_data import check_folder
from api.services.models import labelled_data
from classifier.evaluation.agreement import agreement, agreement_on_pages, read_second_answers, read_second_labels

app = typer.Typer(help="Check the labelled data, and how far two labellers agree.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Argument(help="A labelled-data folder; by default the one that is installed.")]


@app.command()
def check(folder: Folder = None) -> None:
    """Check every row and page; exit code 1 and a line for each fault."""
    faults = check_folder(folder or labelled_data())
    for fault in faults:
        typer.echo(f"{fault.place}: {fault.sentence}")
    typer.echo(f"{len(faults)} faults" if faults else "no faults")
    raise typer.Exit(ExitCode.FAILED if faults else ExitCode.OK)


@app.command("agreement")
def agreement_(folder: Folder = None) -> None:
    """Show Krippendorff's alpha between the two labellings, by family and label."""
    source = folder or labelled_data()
    for what, lines in (
        ("rows", agreement(read_second_labels(source))),
        ("pages", agreement_on_pages(read_second_answers(source))),
    ):
        for line in lines:
            counted = f"{line.examples} {what}, {line.first} and {line.second} positive"
            typer.echo(f"{line.name}: alpha {line.alpha:.3f} ({counted})")
