"""Labelled rows are checked one by one; each fault names its file and line."""

import json
from pathlib import Path

import pytest

from classifier.dataset import Row, digest_of, passage_files, read_rows
from classifier.exceptions import DatasetInvalid
from classifier.labels import Family, Label

CLAIM = {"label": "superiority", "severity": "medium", "topic": "E-SUP"}
OFFER = {"label": "sale_offer", "severity": "critical", "topic": None}


def row(**changes: object) -> dict[str, object]:
    """A sound row with changes."""
    made: dict[str, object] = {
        "id": "a-1",
        "text": "Ketamine beats every pill.",
        "labels": [CLAIM],
        "kind": "clinic_careless",
        "language": "en",
        "region": "body",
        "lead_in": "",
        "group": "a-1",
        "writer": "a",
        "note": "",
    }
    return {**made, **changes}


def write(folder: Path, *rows: dict[str, object] | str, name: str = "one.jsonl") -> Path:
    """A passage file of rows, or of lines as they are."""
    file = folder / "passages" / name
    file.parent.mkdir(exist_ok=True)
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def test_rows_are_read_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path, row(id="b"), "", row(id="a"), name="2.jsonl")
    write(tmp_path, row(id="c"), name="1.jsonl")
    assert [r.id for r in read_rows(passage_files(tmp_path))] == ["c", "b", "a"]


def test_a_text_may_hold_any_character(tmp_path: Path) -> None:
    text = "Ketamine\u2028beats\u0085every\x0bpill 💊"
    (read,) = read_rows([write(tmp_path, row(text=text))])
    assert read.text == text


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{not json", "JSON"),
        ('"a text"', "object"),
        (row(text=""), "text: "),
        (row(text="short"), "text: "),
        (row(text="x" * 401), "text: "),
        (row(labels=[{**CLAIM, "label": "sale"}]), "labels.0.label: "),
        (row(labels=[{**CLAIM, "severity": "none"}]), "severity of low or above"),
        (row(labels=[{**CLAIM, "severity": "huge"}]), "labels.0.severity: "),
        (row(labels=[{**OFFER, "topic": "E-SUP"}]), "sale_offer takes no topic"),
        (row(language="english"), "language: "),
        (row(group=""), "group: "),
        (row(extra=1), "extra: "),
        ({k: v for k, v in row().items() if k != "writer"}, "writer: "),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, bad: dict[str, object] | str, said: str) -> None:
    file = write(tmp_path, row(id="first"), "", bad)
    with pytest.raises(DatasetInvalid) as caught:
        read_rows([file])
    assert str(caught.value).startswith("one.jsonl:3: ")
    assert said in str(caught.value)


def test_a_line_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, row())
    file.write_bytes(file.read_bytes() + b'{"id": "\xff"}\n')
    with pytest.raises(DatasetInvalid, match=r"^one\.jsonl:2: "):
        read_rows([file])


def test_an_id_given_twice_names_both_places(tmp_path: Path) -> None:
    files = [write(tmp_path, row(), name="1.jsonl"), write(tmp_path, row(id="b"), row(), name="2.jsonl")]
    with pytest.raises(DatasetInvalid, match=r"^2\.jsonl:2: the id a-1 is taken by 1\.jsonl:1"):
        read_rows(files)


def test_a_folder_without_passages_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match="holds no passages"):
        passage_files(tmp_path)


def test_a_row_is_positive_for_a_label_at_any_severity_and_for_a_family_from_medium_on() -> None:
    low = Row.model_validate(row(labels=[{**CLAIM, "severity": "low"}, {**OFFER, "severity": "medium"}]))
    assert low.holds(Label.SUPERIORITY)
    assert not low.holds(Family.UNSUPPORTED_CLAIM)
    assert low.holds(Family.ILLICIT_SALE)
    assert not low.holds(Label.NO_PRESCRIPTION)


def test_the_digest_changes_with_every_byte_and_name(tmp_path: Path) -> None:
    first = write(tmp_path, row(), name="1.jsonl")
    digests = {digest_of([first])}
    first.write_bytes(first.read_bytes() + b"\n")
    digests.add(digest_of([first]))
    digests.add(digest_of([first.rename(tmp_path / "2.jsonl")]))
    assert len(digests) == 3
