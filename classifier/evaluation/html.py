"""The evaluation report as one HTML file without anything to fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from classifier.evaluation import pictures
from classifier.evaluation.metrics import Interval
from classifier.evaluation.report import Report
from classifier.evaluation.robustness import Cell, summary
from classifier.labels import Family

_HARMLESS, _BAD = 0.02, 0.08


@dataclass(frozen=True)
class HeatMap:
    """One family's attacks: a row an attack, a cell a strength."""

    family: Family
    strengths: tuple[float, ...]
    rows: Mapping[str, Sequence[Cell]]


def write_html(report: Report, file: Path) -> None:
    """Write the report to look at."""
    environment = Environment(
        loader=PackageLoader("classifier.evaluation"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"interval": _interval, "share": _share, "figure": _figure, "words": _words}
    page = environment.get_template("report.html").render(
        report=report,
        pictures=pictures,
        heat_maps=[heat_map(report.attacks, family) for family in Family] if report.attacks else [],
        summary=summary(report.attacks) if report.attacks else (),
        heat=_heat,
        families=list(Family),
    )
    file.write_text(page, "utf-8")


def heat_map(cells: Sequence[Cell], family: Family) -> HeatMap:
    """The cells of a family by attack and strength."""
    own = [cell for cell in cells if cell.family is family]
    rows: dict[str, list[Cell]] = {}
    for cell in own:
        rows.setdefault(cell.attack, []).append(cell)
    ordered = {name: sorted(row, key=lambda cell: cell.strength) for name, row in rows.items()}
    return HeatMap(family, tuple(sorted({cell.strength for cell in own})), ordered)


def _heat(loss: float) -> str:
    """The class of a cell's colour."""
    return "good" if loss <= _HARMLESS else "fair" if loss <= _BAD else "bad" if loss <= 2 * _BAD else "worst"


def _interval(interval: Interval | None) -> str:
    return "–" if interval is None else f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _words(name: str) -> str:
    return str(name).replace("_", " ")
