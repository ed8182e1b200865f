"""The judge on real pages: the five seeds whole and rearranged, the 210 documents, and the labelled passages."""

import random
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from api.judging.scanner import Scanner
from classifier.labels import Family
from classifier.types import Verdict
from tests.api.judging.conftest import Judge
from tests.api.judging.runs import Record

TODAY = date(2026, 11, 21)
SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM
SEEDS = ("000", "001", "002", "003", "004")
# Stands in the one paragraph of the first seed that sends its readers to the goods.
OFFER_WORD = "listings"
FLOORS = ("illicit_sale.ap=0.85", "unsupported_claim.ap=0.80")


def expected(seed: str) -> tuple[Family, ...]:
    """The families of a seed."""
    return (SALE, CLAIM) if seed == "000" else (CLAIM,)


def paragraphs(shared: Path, seed: str) -> list[str]:
    """The lines of a seed."""
    (file,) = (shared / "seeds").glob(f"{seed}_*.txt")
    return [line for line in file.read_text("utf-8").splitlines() if line.strip()]


def judged(scanner: Scanner, lines: list[str]) -> Verdict:
    """The verdict of the lines as one text, whose findings quote it."""
    text = "\n".join(lines)
    verdict = scanner.scan_text(text, as_of=TODAY).verdict
    assert all(text[found.start : found.end] == found.quote for found in verdict.findings)
    return verdict


def sale_quotes(verdict: Verdict) -> list[str]:
    """What the findings of sale quote."""
    return [found.quote for found in verdict.findings if found.family is SALE]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_is_flagged_in_its_families_and_only_the_first_offers(shared: Path, scanner: Scanner, seed: str) -> None:
    verdict = judged(scanner, paragraphs(shared, seed))
    assert verdict.flagged == expected(seed), verdict.families
    assert any(found.family is CLAIM for found in verdict.findings)
    assert bool(sale_quotes(verdict)) is (seed == "000")
    assert all(OFFER_WORD in quote for quote in sale_quotes(verdict))


@pytest.mark.parametrize("draw", [1, 2, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_paragraphs_changes_no_family(shared: Path, scanner: Scanner, seed: str, draw: int) -> None:
    lines = paragraphs(shared, seed)
    random.Random(draw).shuffle(lines)
    verdict = judged(scanner, lines)
    assert verdict.flagged == expected(seed), verdict.families
    assert bool(sale_quotes(verdict)) is (seed == "000")


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_the_offer_is_found_wherever_it_stands(shared: Path, scanner: Scanner, place: str) -> None:
    lines = paragraphs(shared, "000")
    (offer,) = [line for line in lines if OFFER_WORD in line]
    lines.remove(offer)
    lines.insert({"start": 0, "middle": len(lines) // 2, "end": len(lines)}[place], offer)
    verdict = judged(scanner, lines)
    assert verdict.flagged == (SALE, CLAIM), verdict.families
    assert any(OFFER_WORD in quote for quote in sale_quotes(verdict))


def test_without_the_offer_the_first_seed_sells_nothing(shared: Path, scanner: Scanner) -> None:
    verdict = judged(scanner, [line for line in paragraphs(shared, "000") if OFFER_WORD not in line])
    assert verdict.flagged == (CLAIM,), verdict.families
    assert sale_quotes(verdict) == []


def test_the_seeds_are_judged_by_the_command_as_files(shared: Path, judge: Judge) -> None:
    files = sorted(str(file) for file in (shared / "seeds").glob("*.txt"))
    run = judge("--as-of", TODAY.isoformat(), *files)
    assert run.code == 0
    assert [record["id"] for record in run.records] == files
    assert [record["flagged"] for record in run.records] == [list(map(str, expected(seed))) for seed in SEEDS]


def test_every_real_document_is_judged_without_an_error(shared: Path, judge: Judge) -> None:
    run = judge("--as-of", TODAY.isoformat(), str(shared / "realweb" / "docs"))
    assert (run.code, len(run.records)) == (0, 210)
    unread = [record["id"] for record in run.records if "not_read" in cast("list[str]", record["degraded"])]
    assert unread == []
    for record in run.records:
        text = str(record["text"])
        for found in cast("list[Record]", record["findings"]):
            assert text[cast("int", found["start"]) : cast("int", found["end"])] == found["quote"]


def test_labelled_passages_reach_their_floors(shared: Path, judge: Judge, tmp_path: Path) -> None:
    gold = shared / "realweb" / "passages.jsonl"
    out = tmp_path / "out.jsonl"
    out.write_bytes(judge("--as-of", TODAY.isoformat(), str(gold)).stdout)
    floors = [argument for floor in FLOORS for argument in ("--floor", floor)]
    score = [sys.executable, str(shared / "tools" / "score.py"), str(gold), str(out), *floors]
    scored = subprocess.run(score, capture_output=True, text=True, check=False)
    assert scored.returncode == 0, scored.stdout + scored.stderr
    assert "without output" not in scored.stdout
