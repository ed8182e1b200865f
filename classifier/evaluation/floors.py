"""Floors: what a model must reach on the held-out examples before it is promoted."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from classifier.evaluation.report import Report
from classifier.labels import Family


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A figure below its floor (or above it, for a calibration error)."""

    set_name: str
    family: Family
    figure: str
    value: float | None
    floor: float

    def __str__(self) -> str:
        said = "not measured" if self.value is None else f"{self.value:.3f}"
        return f"{self.set_name}, {self.family}: {self.figure} is {said}, the floor is {self.floor:.3f}"


Floors = Mapping[str, Mapping[Family, Mapping[str, float]]]


def load_floors() -> Floors:
    """Floors by set, family and figure (average_precision, f1, calibration_error)."""
    text = resources.files("classifier.evaluation").joinpath("floors.toml").read_text("utf-8")
    return {
        name: {Family(family): dict(figures) for family, figures in families.items()}
        for name, families in tomllib.loads(text).items()
    }


def shortfalls(report: Report, floors: Floors) -> tuple[Shortfall, ...]:
    """Every figure of the report that misses its floor."""
    results = {result.name: result for result in report.sets}
    missed = []
    for name, families in floors.items():
        for family, wanted in families.items():
            figures = results[name].families[family].figures if name in results else None
            for figure, floor in wanted.items():
                got = getattr(figures, figure, None)
                value = got if isinstance(got, (float, type(None))) else got.value
                is_met = value is not None and (value <= floor if figure == "calibration_error" else value >= floor)
                if not is_met:
                    missed.append(Shortfall(name, family, figure, value, floor))
    return tuple(missed)
