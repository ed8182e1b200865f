"""`rxwarden robustness`: what disguised spelling costs the installation's model."""

from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from api.commands.console_progress import stderr_console
from api.services.models import current_model, labelled_data
from api.settings import load_settings
from classifier.evaluation.robustness import Cell, summary
from classifier.evaluation.run import attack, read_held_out
from classifier.labels import Family
from classifier.predictor import Predictor


def robustness() -> None:
    """Disguise held-out examples as sellers do and show what recall is lost."""
    settings = load_settings()
    console = stderr_console()
    predictor = Predictor.load(current_model(settings))
    rows = read_held_out(labelled_data()).rows
    cells = attack(predictor, rows, datetime.now(UTC).date(), lambda step: console.print(step))
    table = Table("attack", "strength", *(f"{family}: recall lost" for family in Family), "new false alarms")
    for name, strength in dict.fromkeys((cell.attack, cell.strength) for cell in cells):
        own = {cell.family: cell for cell in cells if (cell.attack, cell.strength) == (name, strength)}
        lost = [_lost(own.get(family)) for family in Family]
        table.add_row(name, f"{strength:.0%}", *lost, str(sum(max(0, cell.false_rise) for cell in own.values())))
    Console().print(table)
    for one in summary(cells):
        typer.echo(
            f"{one.family}: mean loss {one.mean_loss:.1%}, worst {one.worst_loss:.1%} ({one.worst_attack}); "
            f"false alarms rise by at most {one.largest_false_rise}"
        )


def _lost(cell: Cell | None) -> str:
    return "" if cell is None else f"{cell.loss:.1%} ({cell.caught_after} of {cell.caught_before})"
