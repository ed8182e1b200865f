"""The repository's labelled data passes every check, and each check finds the fault it is for."""

from pathlib import Path

import pytest

from api.services.labelled_data import check_folder
from classifier.dataset import Row, RowLabel
from classifier.evaluation import data_check
from classifier.labels import Label, Severity
from classifier.policy import load_policy

ROOT = Path(__file__).parents[2]
PACK = load_policy()


def row(row_id: str, text: str, *labels: RowLabel, group: str = "", writer: str = "w", kind: str = "news") -> Row:
    """A labelled row."""
    return Row(
        id=row_id,
        text=text,
        labels=labels,
        kind=kind,
        language="en",
        region="body",
        lead_in="",
        group=group or row_id,
        writer=writer,
        note="",
    )


OFFER = RowLabel(label=Label.SALE_OFFER, severity=Severity.CRITICAL, topic=None)


def test_the_labelled_data_has_no_fault() -> None:
    assert check_folder(ROOT / "labeled_data") == ()


def test_a_folder_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    faults = check_folder(tmp_path)
    assert len(faults) == 1
    assert "holds no passages" in faults[0].sentence


def test_unknown_kinds_topics_twins_and_shared_groups_are_named() -> None:
    claim = RowLabel(label=Label.SUPERIORITY, severity=Severity.MEDIUM, topic="E-NONE")
    rows = [
        row("a", "Ketamine beats every pill", claim, kind="blimp"),
        row("b", "The bus is late again", group="g"),
        row("c", "the bus  is late again", group="g", writer="x"),
    ]
    said = {fault.place: fault.sentence for fault in data_check.check_records(rows, (), PACK)}
    assert "E-NONE" in said["a"]
    assert "says the same as b" in said["c"]
    assert "several writers" in said["g"]
    assert any("blimp" in f.sentence for f in data_check.check_records(rows, (), PACK))


def test_a_template_is_smelled() -> None:
    texts = {str(i): [f"we will ship your {i} parcel of fresh mushrooms today"] for i in range(9)}
    found = list(data_check.check_templates(texts))
    assert any("parcel of fresh mushrooms today" in fault.sentence for fault in found)
    assert list(data_check.check_templates({"1": texts["1"], "2": texts["2"]})) == []


def test_a_held_out_text_that_training_repeats_is_named() -> None:
    text = "A grey heron stood for an hour beside the flooded car park"
    faults = list(
        data_check.check_splits({"t": text + " today"}, {"h": text, "other": "Nothing of the kind was seen here"})
    )
    assert [fault.place for fault in faults] == ["h"]


def test_a_run_shared_with_the_demo_web_is_named() -> None:
    text = "one two three four five six seven eight nine ten"
    assert [
        f.place for f in data_check.check_demo({"a": text, "b": "one two"}, {"site/page": f"So {text} it goes"})
    ] == ["a"]


def test_what_there_is_too_little_of_is_said() -> None:
    said = [fault.sentence for fault in data_check.check_balance([row("a", "Only one row here")], (), (0, 0))]
    assert any("1 passages; at least 6000" in sentence for sentence in said)
    assert any("0 whole pages" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("other", "is_pair"),
    [
        ("Police say the men sold vials of ketamine", True),
        ("A quite different sentence about a bus and a tram and a boat", False),
    ],
)
def test_minimal_pairs_differ_in_few_words_and_in_their_answer(other: str, is_pair: bool) -> None:
    rows = [row("a", "We sell vials of ketamine", OFFER, group="g"), row("b", other, group="g")]
    assert bool(data_check.minimal_pairs(rows)) is is_pair
    assert data_check.minimal_pairs([rows[0], row("c", "We sell vials of ketamine today", OFFER, group="g")]) == ()
