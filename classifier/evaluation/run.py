"""One evaluation from beginning to end: held-out examples, other sets, attacks, speed, drift, the model in use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from classifier.dataset import Row, Style, passage_files, read_rows
from classifier.evaluation.drift import Drift, Population, drift, population
from classifier.evaluation.judging import judge_pages, judge_rows
from classifier.evaluation.metrics import Figures, Judged, figures
from classifier.evaluation.report import Report, evaluate_set
from classifier.evaluation.robustness import Cell, measure
from classifier.evaluation.speed import measure_speed
from classifier.features import Viewer
from classifier.labelled_pages import LabelledPage, page_files, read_pages
from classifier.labels import Family
from classifier.predictor import Predictor
from classifier.reading import read_page
from classifier.scorer import Scorer
from classifier.types import TextContent

HELD_OUT = "held_out"
ORDINARY, HARD, PAGES = "held-out passages", "held-out hard passages", "held-out pages"
_ATTACKED = 150
_TIMED = 2_000
_COMPARED = 2_000
Progress = Callable[[str], None]


@dataclass(frozen=True)
class HeldOut:
    """The part of the labelled data that no model is trained on."""

    rows: tuple[Row, ...]
    pages: tuple[LabelledPage, ...]

    def judge(self, predictor: Predictor, as_of: date) -> dict[str, tuple[Judged, ...]]:
        """Ordinary rows, hard rows and pages, judged."""
        ordinary = [row for row in self.rows if row.style is Style.ORDINARY]
        hard = [row for row in self.rows if row.style is Style.HARD]
        return {
            ORDINARY: judge_rows(predictor, ordinary, as_of),
            HARD: judge_rows(predictor, hard, as_of),
            PAGES: judge_pages(predictor, self.pages, as_of),
        }


def read_held_out(folder: Path) -> HeldOut:
    """The held-out part of a labelled-data folder; raises DatasetInvalid."""
    held_out = folder / HELD_OUT
    return HeldOut(read_rows(passage_files(held_out)), read_pages(page_files(held_out)))


def evaluate(
    predictor: Predictor,
    folder: Path,
    as_of: date,
    progress: Progress,
    *,
    others: Mapping[str, Sequence[Judged]] | None = None,
    promoted: Predictor | None = None,
    with_attacks: bool = True,
) -> Report:
    """The report of a model on the held-out examples of `folder` and on `others`, which it has judged already."""
    held_out = read_held_out(folder)
    progress("judging the held-out examples")
    sets = {**held_out.judge(predictor, as_of), **(others or {})}
    results = []
    for name, judged in sets.items():
        progress(f"counting: {name}")
        results.append(evaluate_set(name, judged))
    progress("timing")
    texts = [row.text for row in read_rows(passage_files(folder))[:_TIMED]]
    speed = measure_speed(predictor, texts, as_of)
    progress("comparing with the training data")
    moved = _drifts(predictor, folder, sets)
    return Report(
        model=predictor.model.digest,
        provenance=dict(predictor.model.provenance),
        made_on=as_of,
        sets=tuple(results),
        attacks=attack(predictor, held_out.rows, as_of, progress) if with_attacks else (),
        speed=speed,
        drift=moved,
        promoted=_figures(promoted, held_out, as_of, progress) if promoted else {},
        promoted_model=promoted.model.digest if promoted else "",
    )


def attack(predictor: Predictor, rows: Sequence[Row], as_of: date, progress: Progress) -> tuple[Cell, ...]:
    """All attacks on up to _ATTACKED violating rows of each family, and on as many clean ones."""
    ordinary = [row for row in rows if row.style is Style.ORDINARY and not row.lead_in]
    violating = [
        (row.text, family) for family in Family for row in [row for row in ordinary if row.holds(family)][:_ATTACKED]
    ]
    clean = [row.text for row in ordinary if not row.labels][:_ATTACKED]
    return measure(
        predictor,
        violating,
        clean,
        as_of,
        progress=lambda one, strength: progress(f"attack: {one.name} {strength:.0%}"),
    )


def _figures(
    predictor: Predictor, held_out: HeldOut, as_of: date, progress: Progress
) -> dict[str, dict[Family, Figures]]:
    progress("judging by the promoted model")
    judged = held_out.judge(predictor, as_of)
    return {name: {family: figures(examples, family) for family in Family} for name, examples in judged.items()}


def _drifts(predictor: Predictor, folder: Path, sets: Mapping[str, Sequence[Judged]]) -> dict[str, Drift]:
    viewer, scorer = Viewer(predictor.pack), Scorer(predictor.model)
    words = frozenset(predictor.model.blocks["words"].vocabulary)

    def populate(texts: Sequence[str]) -> Population:
        seen = [one.view for text in texts for one in read_page(TextContent(text), viewer)]
        return population(seen, scorer, words)

    trained = read_rows(passage_files(folder))
    before = populate([row.text for row in trained[:: max(1, len(trained) // _COMPARED)]])
    return {name: drift(before, populate([one.text for one in judged[:_COMPARED]])) for name, judged in sets.items()}
