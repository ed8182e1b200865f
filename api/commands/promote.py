"""`rxwarden promote`: put the model of the installed data in use."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from api.commands.console_progress import stderr_console
from api.services.evaluation import promote as put_in_use
from api.services.evaluation import write_report
from api.services.models import installed_model, labelled_data
from api.settings import load_settings
from classifier.evaluation.run import evaluate
from classifier.predictor import Predictor


def promote(
    below_floors: Annotated[bool, typer.Option("--below-floors", help="Use it though it misses a floor.")] = False,
    reason: Annotated[str, typer.Option(help="Why it shall be used though it misses a floor.")] = "",
) -> None:
    """Evaluate the model of the installed data and judge by it from now on, if it reaches its floors."""
    if below_floors is not bool(reason.strip()):
        raise typer.BadParameter("give --below-floors and --reason TEXT together, or neither")
    settings = load_settings()
    model = installed_model(settings)
    now = datetime.now(UTC)
    console = stderr_console()
    report = evaluate(
        Predictor.load(model), labelled_data(), now.date(), lambda step: console.print(step), with_attacks=False
    )
    write_report(report, settings.folder.evaluations / report.model[:16] / "promotion")
    promotion = put_in_use(settings, report, model, now, reason.strip())
    typer.echo(f"model {promotion.model[:16]} is in use")
    for missed in promotion.shortfalls:
        typer.echo(f"  below its floor: {missed}")
