"""The report: what it counts, and what stands in its JSON, its page and its card."""

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classifier.evaluation.attacks import ATTACKS
from classifier.evaluation.card import model_card
from classifier.evaluation.drift import Drift
from classifier.evaluation.html import write_html
from classifier.evaluation.metrics import Judged, figures
from classifier.evaluation.report import FalseAlarms, LabelResult, Report, evaluate_set
from classifier.evaluation.robustness import Cell
from classifier.evaluation.speed import Speed
from classifier.labels import Family, Label

SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM
HOSTILE = '<script src="https://bad.example/x.js"></script><img src=x>'
PROVENANCE = {"data": "d" * 64, "policy": "p" * 64, "code": "c" * 64}
DIGEST = "0123456789abcdef" * 4


def judged(name: str, kind: str, true: bool, probability: float) -> Judged:
    """An example labelled for sales alone, flagged from 0.5 on."""
    is_flagged = probability >= 0.5
    return Judged(
        id=name,
        group=name,
        kind=kind,
        language="en",
        text=f"{HOSTILE} {name}",
        truth={SALE: true},
        probability={SALE: probability, CLAIM: 0.0},
        flagged=frozenset({SALE} if is_flagged else ()),
        true_labels=frozenset({"sale_offer"} if true else ()),
        found_labels=frozenset({"sale_offer"} if is_flagged else ()),
    )


def examples() -> list[Judged]:
    """Of ten violations eight are flagged, of ten careful clinics one, of ten reports four."""
    made = [judged(f"sale {i}", "seller", True, 0.9 if i < 8 else 0.3 - i / 100) for i in range(10)]
    made += [judged(f"news {i}", "news_report", False, 0.6 + i / 100 if i < 4 else 0.1) for i in range(10)]
    made += [judged(f"clinic {i}", "clinic_careful", False, 0.7 if i < 1 else 0.1) for i in range(10)]
    return [*made, *(judged(f"forum {i}", "forum", False, 0.1) for i in range(7))]


@pytest.fixture(scope="module")
def report() -> Report:
    """A report with every part in it."""
    cell = Cell(ATTACKS[0].name, ATTACKS[0].group, 0.3, SALE, 10, 9, 8, 6, 20, 1, 3)
    return Report(
        model=DIGEST,
        provenance=PROVENANCE,
        made_on=date(2026, 11, 16),
        sets=(evaluate_set("made up", examples()),),
        attacks=(cell,),
        speed=Speed(12_345.6, 2_345.6, 100),
        drift={"made up": Drift({SALE: 0.0123, CLAIM: 0.4567}, (("cue:price", 0.789),), (0.01, 0.25))},
        promoted={"made up": {SALE: figures(examples()[:20], SALE)}},
        promoted_model="f" * 64,
    )


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its page."""
    file = tmp_path_factory.mktemp("report") / "report.html"
    write_html(report, file)
    return file.read_text("utf-8")


class Parsed(HTMLParser):
    """The elements, addresses and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_set_is_counted() -> None:
    made = evaluate_set("made up", examples())
    result = made.families[SALE]
    assert (made.examples, result.figures.count, result.figures.positives) == (37, 37, 10)
    assert result.figures.precision == pytest.approx(8 / 13)
    assert result.figures.recall == 0.8
    assert result.figures.false_positive_rate == pytest.approx(5 / 27)
    assert made.labels == (LabelResult(Label.SALE_OFFER, 10, 13, 8),)
    assert made.families[CLAIM].figures.count == 0
    assert made.families[CLAIM].traffic == ()


def test_traffic_says_how_many_flags_would_be_right() -> None:
    rare, common = evaluate_set("made up", examples()).families[SALE].traffic
    assert (rare.prevalence, common.prevalence) == (0.02, 0.2)
    assert rare.precision == pytest.approx(0.016 / (0.016 + 0.98 * 5 / 27))
    assert common.precision == pytest.approx(0.16 / (0.16 + 0.8 * 5 / 27))


def test_careful_clinics_come_first_and_small_parts_are_left_out() -> None:
    result = evaluate_set("made up", examples()).families[SALE]
    assert result.false_alarms == (FalseAlarms("clinic_careful", 10, 100), FalseAlarms("news_report", 10, 400))
    assert list(result.by_kind) == ["clinic_careful", "news_report", "seller"]
    assert result.by_language["en"].count == 37


def test_the_surest_accusation_and_the_least_suspected_violation_come_first() -> None:
    result = evaluate_set("made up", examples()).families[SALE]
    assert [one.id for one in result.accused] == ["clinic 0", "news 3", "news 2", "news 1", "news 0"]
    assert [one.id for one in result.missed] == ["sale 9", "sale 8"]


def test_mistakes_are_few_and_short() -> None:
    long = [replace(judged(str(i), "seller", True, 0.1), text="x" * 5000) for i in range(100)]
    missed = evaluate_set("made up", long).families[SALE].missed
    assert len(missed) == 12
    assert {len(one.text) for one in missed} == {400}


def test_an_empty_set_is_counted_as_empty() -> None:
    made = evaluate_set("nothing", [])
    assert (made.examples, made.labels) == (0, ())
    assert made.families[SALE].figures.f1 is None


def test_the_report_is_plain_json(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.json")
    read = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (read["model"], read["made_on"], read["provenance"]) == (DIGEST, "2026-11-16", PROVENANCE)
    family = read["sets"][0]["families"]["illicit_sale"]
    assert family["figures"]["precision"] == round(8 / 13, 5)
    assert family["figures"]["f1"]["value"] == round(16 / 23, 5)
    assert read["sets"][0]["families"]["unsupported_claim"]["figures"]["f1"] is None
    assert family["accused"][0]["text"].startswith(HOSTILE)
    assert read["sets"][0]["labels"] == [{"label": "sale_offer", "positives": 10, "found": 13, "right": 8}]
    assert read["drift"]["made up"]["scores"] == {"illicit_sale": 0.0123, "unsupported_claim": 0.4567}
    assert read["attacks"][0]["caught_after"] == 6
    assert read["promoted"]["made up"]["illicit_sale"]["count"] == 20


def test_the_page_shows_the_figures(page: str) -> None:
    text = Parsed(page).text
    for figure in ("0.615", "0.800", "0.696 [", "18.5 %", "8.1 %", "0.457", "25.0 % (1.0 %)", "cue:price 0.789"):
        assert figure in text
    assert "100 of 1,000 (10 clean)" in text
    assert "12,346 passages a second" in text
    assert "+2 of 20" in text
    assert "ffffffffffff" in text


def test_the_page_fetches_nothing_and_runs_nothing(page: str) -> None:
    parsed = Parsed(page)
    assert not parsed.tags & {"script", "link", "img", "iframe", "image", "use", "object", "a", "base"}
    assert not parsed.attributes & {"src", "href", "xlink:href", "action", "data", "style", "onload"}
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_text_of_examples_is_shown_as_it_stands(page: str) -> None:
    assert f"{HOSTILE} clinic 0" in Parsed(page).text
    assert "&lt;script" in page


def test_names_of_kinds_and_sets_are_escaped(report: Report, tmp_path: Path) -> None:
    odd = [judged(str(i), "<b>kind", i < 5, 0.1) for i in range(20)]
    write_html(replace(report, sets=(evaluate_set("<i>set", odd),)), tmp_path / "report.html")
    parsed = Parsed((tmp_path / "report.html").read_text("utf-8"))
    assert not parsed.tags & {"b", "i"}
    assert "<b>kind" in parsed.text
    assert "<i>set" in parsed.text


def test_a_report_without_attacks_drift_and_speed_is_written_too(tmp_path: Path) -> None:
    plain = Report(DIGEST, PROVENANCE, date(2026, 11, 16), (evaluate_set("nothing", []),))
    write_html(plain, tmp_path / "report.html")
    text = Parsed((tmp_path / "report.html").read_text("utf-8")).text
    assert "Attacks" not in text
    assert "Drift" not in text
    card = model_card(plain)
    assert "Disguised" not in card
    assert "Speed" not in card


def test_the_card_names_the_figures(report: Report) -> None:
    card = model_card(report)
    row = next(line for line in card.splitlines() if line.startswith("| made up"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:4] == ["made up", "illicit_sale", "37", "10"]
    assert cells[5:7] == ["0.615", "0.800"]
    assert cells[7].startswith("0.696 [")
    assert "at 2% violations 8% of the flags are right, at 20% violations 52% of the flags are right" in card
    assert "worst 25.0%" in card
    assert "12,346 passages a second" in card
    assert f"- policy: `{'p' * 16}`" in card
