"""Charts as shapes for a template to draw: bars with labels in words, on a canvas of user units."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
LABELS = 78
FIGURES = 40
ROW = 34
DROP = 4.5
GROUND = 150
HEADROOM = 24


@dataclass(frozen=True, slots=True)
class Series:
    """One measure over the chart's categories; `name` is also the style class of its bars."""

    name: str
    title: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One bar: where it is drawn and how it is styled."""

    x: float
    y: float
    width: float
    height: float
    style: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words or a figure and where they stand."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart; `series` is what the table below it repeats, `figures` stand beside or above the bars."""

    title: str
    description: str
    height: int
    shapes: tuple[Shape, ...]
    labels: tuple[Text, ...]
    figures: tuple[Text, ...]
    categories: tuple[str, ...]
    series: tuple[Series, ...]


def lying_bars(title: str, categories: Sequence[str], series: Sequence[Series]) -> Chart:
    """Bars from left to right, the series of a category stacked end to end with their sum behind."""
    totals = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    unit = (WIDTH - LABELS - FIGURES) / max([*totals, 1])
    shapes = []
    for i in range(len(categories)):
        x = float(LABELS)
        for one in series:
            shapes.append(Shape(x, i * ROW + 7, one.values[i] * unit, ROW - 14, one.name))
            x += one.values[i] * unit
    return Chart(
        title=title,
        description=_told(categories, series),
        height=ROW * len(categories),
        shapes=tuple(shape for shape in shapes if shape.width),
        labels=tuple(Text(0, i * ROW + ROW / 2 + DROP, text) for i, text in enumerate(categories)),
        figures=tuple(Text(LABELS + n * unit + 6, i * ROW + ROW / 2 + DROP, f"{n:,}") for i, n in enumerate(totals)),
        categories=tuple(categories),
        series=tuple(series),
    )


def standing_bars(title: str, categories: Sequence[str], series: Sequence[Series]) -> Chart:
    """Bars from the ground up, the series of a category side by side; every other category is named."""
    unit = (GROUND - HEADROOM) / max([*(value for one in series for value in one.values), 1])
    step = WIDTH / max(1, len(categories))
    width = (step - 6) / len(series)
    bars = [
        (Shape(i * step + 3 + n * width, GROUND - value * unit, width - 1, value * unit, one.name), value)
        for n, one in enumerate(series)
        for i, value in enumerate(one.values)
        if value
    ]
    named = [i for i in range(len(categories)) if i % 2 == (len(categories) - 1) % 2]
    return Chart(
        title=title,
        description=_told(categories, series),
        height=GROUND + 26,
        shapes=tuple(bar for bar, _ in bars),
        labels=tuple(Text(i * step + step / 2, GROUND + 19, categories[i]) for i in named),
        figures=tuple(Text(bar.x + bar.width / 2, bar.y - 5, f"{value:,}") for bar, value in bars),
        categories=tuple(categories),
        series=tuple(series),
    )


def _told(categories: Sequence[str], series: Sequence[Series]) -> str:
    """The chart in a sentence for those who do not see it."""
    parts = (
        f"{text}: " + ", ".join(f"{one.values[i]} {one.title.lower()}" for one in series)
        for i, text in enumerate(categories)
    )
    return "; ".join(parts) + "."
