"""Labelled sets of other people judged, reports on disk, and which model an installation puts in use."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.exceptions import GoldInvalid, PromotionRefused
from api.judging.scanner import Scanner
from api.services import models
from api.services.evaluation import judge_gold, promote, write_report
from api.services.models import current_model, promoted_model
from api.settings import Settings
from classifier.evaluation.floors import load_floors, shortfalls
from classifier.evaluation.metrics import Judged
from classifier.evaluation.report import Report, evaluate_set
from classifier.labels import Family

SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM
AS_OF = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
SELLING = "Buy ketamine online, no prescription needed, discreet overnight delivery, pay with bitcoin."
PLAIN = "The library opens at nine and closes at five on weekdays."
PROVENANCE = {"data": "d" * 64, "policy": "p" * 64, "code": "c" * 64}


@pytest.fixture(scope="module")
def scanner(model_folder: Path) -> Iterator[Scanner]:
    """One worker with this checkout's model."""
    with Scanner(model_folder, workers=1) as running:
        yield running


@pytest.fixture
def installation(settings: Settings, model_folder: Path) -> Settings:
    """An installation that has the model of its own data, and an older one."""
    settings.folder.create()
    for folder in (models.model_folder(settings), older(settings)):
        shutil.copytree(model_folder, folder)
    return settings


def older(settings: Settings) -> Path:
    """Where the older model is."""
    return settings.folder.models / "older"


def write(file: Path, *records: object) -> Path:
    """A file of JSON lines."""
    file.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return file


def perfect() -> Report:
    """A report in which every set that has a floor was judged without a fault."""
    examples = [
        Judged(
            id=str(number),
            group=str(number),
            kind="shop",
            language="en",
            text="text",
            truth=dict.fromkeys(Family, number % 2 == 0),
            probability=dict.fromkeys(Family, 1.0 if number % 2 == 0 else 0.0),
            flagged=frozenset(Family if number % 2 == 0 else ()),
        )
        for number in range(10)
    ]
    return Report("a" * 64, PROVENANCE, AS_OF, tuple(evaluate_set(name, examples) for name in load_floors()))


def unmeasured() -> Report:
    """A report in which nothing was measured."""
    return Report("b" * 64, PROVENANCE, AS_OF, ())


def test_a_gold_file_is_judged_with_what_it_says_of_itself(scanner: Scanner, tmp_path: Path) -> None:
    file = write(
        tmp_path / "mine.jsonl",
        {"id": "a", "text": SELLING, SALE: 1, CLAIM: 0, "group": "g", "kind": "shop", "language": "de"},
        {"id": 2, "html": f"<html><body><p>{PLAIN}</p></body></html>", SALE: 0, "source": "library"},
        {"id": "c", "text": PLAIN, CLAIM: None, SALE: "no"},
    )
    first, second, third = judge_gold(scanner, file, AS_OF)
    assert (first.id, first.group, first.kind, first.language) == ("a", "g", "shop", "de")
    assert first.truth == {SALE: True, CLAIM: False}
    assert first.flagged == {SALE}
    assert first.probability[SALE] > 0.5 > first.probability[CLAIM]
    assert (second.id, second.group, second.kind, second.language) == ("2", "2", "library", "en")
    assert second.truth == {SALE: False}
    assert second.text.strip() == PLAIN
    assert second.flagged == frozenset()
    assert (third.kind, third.truth) == ("other", {})


def test_judged_gold_can_be_counted(scanner: Scanner, tmp_path: Path) -> None:
    file = write(tmp_path / "mine.jsonl", {"id": 1, "text": SELLING, SALE: 1}, {"id": 2, "text": PLAIN, SALE: 0})
    figures = evaluate_set("mine", judge_gold(scanner, file, AS_OF)).families[SALE].figures
    assert (figures.count, figures.positives, figures.precision, figures.recall) == (2, 1, 1, 1)
    assert figures.false_positive_rate == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"id": 1, "text": "x"}\n\n{"id": 2', r"^mine\.jsonl:3 is no JSON: .+\.$"),
        ("[1]\n", r"^mine\.jsonl:1 is no JSON object\.$"),
        ('{"text": "x"}\n', r'^mine\.jsonl:1 needs an "id" and a "text" or "html"\.$'),
        ('{"id": "a"}\n', r'^mine\.jsonl:1 needs an "id" and a "text" or "html"\.$'),
    ],
)
def test_a_line_that_cannot_be_used_is_named(scanner: Scanner, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.jsonl").write_text(text, "utf-8")
    with pytest.raises(GoldInvalid, match=sentence):
        judge_gold(scanner, tmp_path / "mine.jsonl", AS_OF)


def test_a_gold_file_that_is_not_there_is_named(scanner: Scanner, tmp_path: Path) -> None:
    with pytest.raises(GoldInvalid, match=r"nothing\.jsonl cannot be read: No such file"):
        judge_gold(scanner, tmp_path / "nothing.jsonl", AS_OF)


def test_a_report_is_three_files(tmp_path: Path) -> None:
    folder = tmp_path / "evaluations" / "aaaa"
    write_report(perfect(), folder)
    assert sorted(file.name for file in folder.iterdir()) == ["model_card.md", "report.html", "report.json"]
    assert json.loads((folder / "report.json").read_text("utf-8"))["model"] == "a" * 64
    assert "a" * 12 in (folder / "report.html").read_text("utf-8")
    assert "a" * 16 in (folder / "model_card.md").read_text("utf-8")


def test_a_model_below_its_floors_is_refused_without_a_reason(installation: Settings) -> None:
    missed = shortfalls(unmeasured(), load_floors())
    with pytest.raises(PromotionRefused) as refused:
        promote(installation, unmeasured(), older(installation), NOW, "")
    assert all(str(one) in str(refused.value) for one in missed)
    assert "--reason" in str(refused.value)
    assert not installation.folder.promotion.exists()
    assert promoted_model(installation) is None


def test_a_model_below_its_floors_is_put_in_use_for_a_reason(installation: Settings) -> None:
    promote(installation, unmeasured(), older(installation), NOW, "the old one is worse")
    assert json.loads(installation.folder.promotion.read_text("utf-8")) == {
        "model": "b" * 64,
        "folder": "older",
        "promoted_at": "2026-11-16T08:30:00+00:00",
        "reason": "the old one is worse",
        "shortfalls": [str(one) for one in shortfalls(unmeasured(), load_floors())],
    }
    assert installation.folder.promotion.name == "promoted.json"
    assert promoted_model(installation) == older(installation)


def test_a_model_that_reaches_its_floors_needs_no_reason(installation: Settings) -> None:
    promotion = promote(installation, perfect(), older(installation), NOW, "")
    assert (promotion.reason, promotion.shortfalls) == ("", ())
    assert current_model(installation) == older(installation)


def test_a_later_promotion_takes_the_place_of_an_earlier_one(installation: Settings) -> None:
    promote(installation, perfect(), older(installation), NOW, "")
    own = models.model_folder(installation)
    promote(installation, perfect(), own, NOW, "")
    assert promoted_model(installation) == own


def test_without_a_promotion_the_model_of_the_installed_data_is_in_use(installation: Settings) -> None:
    assert promoted_model(installation) is None
    assert current_model(installation) == models.model_folder(installation)


def test_a_promoted_model_that_is_gone_is_not_in_use(installation: Settings) -> None:
    promote(installation, perfect(), older(installation), NOW, "")
    shutil.rmtree(older(installation))
    assert promoted_model(installation) is None
    assert current_model(installation) == models.model_folder(installation)


@pytest.mark.parametrize("part", ["policy", "code"])
def test_a_promoted_model_of_another_policy_or_code_is_not_in_use(installation: Settings, part: str) -> None:
    promote(installation, perfect(), older(installation), NOW, "")
    file = older(installation) / "model.json"
    model = json.loads(file.read_text("utf-8"))
    model["provenance"][part] = "0" * 64
    file.write_text(json.dumps(model), "utf-8")
    assert promoted_model(installation) is None
    assert current_model(installation) == models.model_folder(installation)


def test_a_promoted_model_of_other_data_stays_in_use(installation: Settings) -> None:
    promote(installation, perfect(), older(installation), NOW, "")
    file = older(installation) / "model.json"
    model = json.loads(file.read_text("utf-8"))
    model["provenance"]["data"] = "0" * 64
    file.write_text(json.dumps(model), "utf-8")
    assert current_model(installation) == older(installation)


def test_a_torn_promotion_is_not_in_use(installation: Settings) -> None:
    installation.folder.promotion.write_text('{"folder": ', "utf-8")
    assert promoted_model(installation) is None
