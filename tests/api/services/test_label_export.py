"""Reviews become labelled passages that training can read, and nothing more than was decided."""

from pathlib import Path

import pytest

from api.services.label_export import Exported, export_labels
from api.store.engine import reading
from api.store.kinds import Decision
from classifier.dataset import Row, read_rows
from classifier.labels import Label, Severity
from tests.api.world import Said, World

URL = "http://shop.example/k"
OFFER = "ketamine crystal, 10 g"
CLAIM = "it cures depression"
PAGE = (
    f"Harbour goods\n{OFFER}\n{CLAIM}",
    [Said(OFFER, severity=Severity.CRITICAL), Said(OFFER, Label.NO_PRESCRIPTION), Said(CLAIM, Label.CURE_OR_GUARANTEE)],
)


@pytest.fixture
def flagged(small_world: World) -> World:
    small_world.visit({URL: PAGE})
    return small_world


def test_what_was_confirmed_becomes_a_row_that_training_reads(flagged: World, tmp_path: Path) -> None:
    flagged.review(URL, Decision.CONFIRM, findings={CLAIM: Decision.CONFIRM})
    made, rows = exported(flagged, tmp_path)
    assert (made.rows, made.left_out) == (1, 0)
    assert [(row.text, row.lead_in, row.region, row.language) for row in rows] == [
        (CLAIM, "Harbour goods", "list", "en")
    ]
    assert [(label.label, label.severity, label.topic) for label in rows[0].labels] == [
        (Label.CURE_OR_GUARANTEE, Severity.HIGH, "E-FAST")
    ]


def test_an_overturned_case_teaches_that_its_passages_are_clean(flagged: World, tmp_path: Path) -> None:
    flagged.review(URL, Decision.OVERTURN)
    _, rows = exported(flagged, tmp_path)
    assert {(row.text, row.labels) for row in rows} == {(OFFER, ()), (CLAIM, ())}
    assert len({row.group for row in rows}) == 1


def test_a_passage_with_one_label_left_open_is_not_taught(flagged: World, tmp_path: Path) -> None:
    # Of the offer's two labels the quote names one (the later), so the other stays undecided.
    flagged.review(URL, Decision.CONFIRM, findings={OFFER: Decision.CONFIRM, CLAIM: Decision.UNSURE})
    assert exported(flagged, tmp_path)[1] == ()


@pytest.mark.parametrize("decision", [Decision.UNSURE, Decision.ESCALATE])
def test_what_is_not_settled_is_not_taught(flagged: World, tmp_path: Path, decision: Decision) -> None:
    flagged.review(URL, Decision.OVERTURN)
    flagged.review(URL, decision)
    assert exported(flagged, tmp_path)[1] == ()


def test_a_correction_takes_the_place_of_what_it_corrects(flagged: World, tmp_path: Path) -> None:
    flagged.review(URL, Decision.CONFIRM, findings={CLAIM: Decision.CONFIRM})
    exported(flagged, tmp_path)
    flagged.review(URL, Decision.OVERTURN)
    assert {row.labels for row in exported(flagged, tmp_path)[1]} == {()}


def test_quotes_no_row_can_hold_are_counted_and_left_out(small_world: World, tmp_path: Path) -> None:
    short, long = "K 10 g", "ketamine " * 60
    small_world.visit({URL: (f"Shop\n{short}\n{long}", [Said(short), Said(long)])})
    small_world.review(URL, Decision.OVERTURN)
    made, rows = exported(small_world, tmp_path)
    assert (made.rows, made.left_out, rows) == (0, 2, ())


def test_the_file_is_the_same_each_time_and_its_owner_s_alone(flagged: World, tmp_path: Path) -> None:
    flagged.review(URL, Decision.OVERTURN, note="told by Jane Roe, 555-0100")
    first = exported(flagged, tmp_path)[0].file.read_bytes()
    made, _ = exported(flagged, tmp_path)
    assert made.file.read_bytes() == first
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert b"Jane" not in first
    assert b"heron" not in first


def exported(world: World, folder: Path) -> tuple[Exported, tuple[Row, ...]]:
    with reading(world.engine) as session:
        made = export_labels(session, world.blobs, folder)
    return made, read_rows([made.file])
