"""What a bench found: figures, each a ratio to its yardstick of the same run, as a file and as a table."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

RESULT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its ratio to a yardstick."""

    name: str
    value: float
    unit: str
    yardstick: str
    ratio: float


def paired(name: str, unit: str, yardstick: str, pairs: Sequence[tuple[float, float]]) -> Figure:
    """Give the median value, and the median of the ratios of values to yardsticks measured beside them."""
    return Figure(name, median(value for value, _ in pairs), unit, yardstick, median(one / by for one, by in pairs))


def write(figures: Sequence[Figure]) -> None:
    """Write build/bench.json and print the table."""
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n", encoding="utf-8")
    table = Table("figure", "value", "unit", "yardstick", "ratio")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.3g}", figure.unit, figure.yardstick, f"{figure.ratio:.3f}")
    Console(width=120).print(table)
