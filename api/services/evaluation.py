"""Evaluations of an installation's models: reports on disk, other labelled sets, and which model is in use."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from api.exceptions import GoldInvalid, PromotionRefused
from api.judging.inputs import read_inputs
from api.judging.scanner import Scanner
from api.settings import Settings
from classifier.evaluation.card import model_card
from classifier.evaluation.floors import load_floors, shortfalls
from classifier.evaluation.html import write_html
from classifier.evaluation.metrics import Judged
from classifier.evaluation.report import Report
from classifier.labels import Family


@dataclass(frozen=True, slots=True)
class Promotion:
    """Which model was put in use, when, and why although it was below the floors ("" when it was not)."""

    model: str
    folder: str
    promoted_at: str
    reason: str
    shortfalls: tuple[str, ...]


def write_report(report: Report, folder: Path) -> None:
    """Write report.json, report.html and model_card.md into the folder, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    report.save(folder / "report.json")
    write_html(report, folder / "report.html")
    (folder / "model_card.md").write_text(model_card(report), "utf-8")


def judge_gold(scanner: Scanner, file: Path, as_of: date) -> tuple[Judged, ...]:
    """Judge a JSON-lines file with `id`, `text` or `html`, and 0 or 1 for each family that is labelled.

    Optional: `group` (what an interval draws together), `kind` or `source`, `language`. Raises GoldInvalid.
    """
    records = [_checked(record, f"{file.name}:{number}") for number, record in _records(file)]
    inputs = [item for item in read_inputs([str(file)], BytesIO(), as_of) if item.job is not None]
    results = scanner.scan_all(item.job for item in inputs if item.job is not None)
    judged = []
    for record, item, result in zip(records, inputs, results, strict=True):
        text = result.document.text if result.document is not None else str(record.get("text", ""))
        judged.append(
            Judged(
                id=item.id,
                group=str(record.get("group") or item.id),
                kind=str(record.get("kind") or record.get("source") or "other"),
                language=str(record.get("language") or "en"),
                text=text,
                truth={family: bool(record[family]) for family in Family if record.get(family) in (0, 1)},
                probability=dict(result.verdict.families),
                flagged=frozenset(result.verdict.flagged),
            )
        )
    return tuple(judged)


def promote(settings: Settings, report: Report, model: Path, at: datetime, reason: str) -> Promotion:
    """Put the model of the folder `model` in use; raises PromotionRefused below the floors without a reason."""
    missed = tuple(str(one) for one in shortfalls(report, load_floors()))
    if missed and not reason:
        raise PromotionRefused(
            f"The model is below its floors ({'; '.join(missed)}). "
            "Give --below-floors and --reason to use it all the same."
        )
    promotion = Promotion(report.model, model.name, at.isoformat(timespec="seconds"), reason, missed)
    file = settings.folder.promotion
    scratch = file.with_suffix(".part")
    scratch.write_text(json.dumps(asdict(promotion), indent=1) + "\n", "utf-8")
    scratch.replace(file)
    return promotion


def _checked(record: dict[str, object], place: str) -> dict[str, object]:
    if not isinstance(record.get("id"), (str, int)) or not isinstance(record.get("text", record.get("html")), str):
        raise GoldInvalid(f'{place} needs an "id" and a "text" or "html".')
    return record


def _records(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    if file.suffix != ".jsonl":
        raise GoldInvalid(f"{file} does not end in .jsonl; give a file of JSON lines.")
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise GoldInvalid(f"{file} cannot be read: {error.strerror or error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise GoldInvalid(f"{file.name}:{number} is no JSON: {error}.") from error
        if not isinstance(record, dict):
            raise GoldInvalid(f"{file.name}:{number} is no JSON object.")
        yield number, record
