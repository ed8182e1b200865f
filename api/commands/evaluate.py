"""`rxwarden evaluate`: how good the installation's model is, in figures and pictures."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console_progress import stderr_console
from api.exceptions import GoldInvalid
from api.judging.scanner import Scanner
from api.services.evaluation import judge_gold, write_report
from api.services.models import installed_model, labelled_data, promoted_model
from api.settings import load_settings
from classifier.evaluation.metrics import Judged
from classifier.evaluation.report import Report
from classifier.evaluation.run import evaluate as run_evaluation
from classifier.predictor import Predictor


def evaluate(
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=FILE",
            help="A further labelled set: JSON lines with id, text or html, and 0 or 1 for each family.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report; by default evaluations/ of the data folder.")
    ] = None,
    attacks: Annotated[bool, typer.Option(help="Run the attack suite too (some minutes).")] = True,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Judge by the rules in force on this day.")
    ] = None,
) -> None:
    """Evaluate the model on the held-out examples; writes report.html, report.json and model_card.md."""
    settings = load_settings()
    model = installed_model(settings)
    day = as_of.date() if as_of else datetime.now(UTC).date()
    console = stderr_console()
    others = _judge_sets(sets or [], model, day)
    promoted = promoted_model(settings)
    report = run_evaluation(
        Predictor.load(model),
        labelled_data(),
        day,
        lambda step: console.print(step),
        others=others,
        promoted=Predictor.load(promoted) if promoted else None,
        with_attacks=attacks,
    )
    folder = out or settings.folder.evaluations / report.model[:16]
    write_report(report, folder)
    _say(report)
    typer.echo(f"\nthe report is {folder / 'report.html'}")


def _judge_sets(sets: list[str], model: Path, day: date) -> dict[str, tuple[Judged, ...]]:
    if not sets:
        return {}
    judged = {}
    with Scanner(model) as scanner:
        for given in sets:
            name, separator, file = given.partition("=")
            if not separator:
                raise GoldInvalid(f"--set {given} lacks a name; write NAME=FILE.")
            judged[name] = judge_gold(scanner, Path(file), day)
    return judged


def _say(report: Report) -> None:
    for result in report.sets:
        for family, one in result.families.items():
            figures = one.figures
            if not figures.count:
                continue
            said = [f"{figures.count} examples, {figures.positives} positive"]
            if figures.average_precision is not None:
                said.append(f"average precision {figures.average_precision.value:.3f}")
            if figures.f1 is not None:
                said.append(f"F1 {figures.f1.value:.3f}")
            if figures.false_positive_rate is not None:
                said.append(f"{figures.false_positive_rate:.1%} of the clean ones flagged")
            typer.echo(f"{result.name}, {family}: {', '.join(said)}")
