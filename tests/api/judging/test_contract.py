"""The output of `rxwarden judge` that outside tools rely on: its keys, its text, its offsets, its order, its errors."""

import json
import re
from pathlib import Path
from typing import cast

import pytest

from tests.api.judging.conftest import Judge
from tests.api.judging.runs import Record, Run

OFFER = "Buy ketamine online without a prescription. Add to cart, pay in Bitcoin, stealth shipping."
CLAIM = "Ketamine cures depression for good. It is completely safe."
HTML = f"<!doctype html><title>Shop</title><nav>Home</nav><h1>Ketamine 💊</h1><p>{OFFER}</p><p>{CLAIM}</p>"
MAIL = (
    "Subject: =?utf-8?q?Ketamine_=E2=80=93_news?=\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    f"{OFFER}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{CLAIM}</p>\r\n--b\r\n"
    "Content-Type: image/png\r\n\r\n\r\n--b--\r\n"
)
# A mark, line ends of three kinds, a bad byte, a torn sequence, an encoded surrogate.
ODD_BYTES = (
    b"\xef\xbb\xbfKetamine cures depression for good.\r\n"
    b"It is safe \xff and \xf0\x9f\x92 \xed\xa0\x80.\rEnd \xf0\x9f\x92\x8a\n"
)
ODD_TEXT = "\ufeffKetamine cures depression for good.\r\nIt is safe � and ��� ���.\rEnd 💊\n"
RECORDS = [
    {"id": "r1", "text": OFFER, "url": "https://shop.example/k", "title": "Shop", "price": 3, "labels": ["x"]},
    {"id": 2, "html": HTML, "url": "http://[broken"},
    {"id": "r3", "text": CLAIM, "url": 7, "title": None, "html": "<p>not read</p>"},
    {"id": "lone \ud800", "text": f"\udfff💊 {CLAIM}"},
]
KEYS = {
    "id": str,
    "outcome": str,
    "families": dict,
    "flagged": list,
    "severity": str,
    "substances": list,
    "findings": list,
    "notes": list,
    "degraded": list,
    "page_why": dict,
    "model": str,
    "policy": str,
    "as_of": str,
}
FINDING_KEYS = {
    "label": str,
    "family": str,
    "start": int,
    "end": int,
    "quote": str,
    "score": float,
    "severity": str,
    "topic": str | None,
    "rules": list,
    "substance": str | None,
    "why": list,
}
WITH_TEXT = {"site/a.html", "site/mail.eml", "2"}
TEXTS = {"site/b/offer.txt": OFFER, "site/odd.txt": ODD_TEXT, "r1": OFFER, "r3": CLAIM, "lone �": f"�💊 {CLAIM}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs of every kind, and one thing that is none."""
    site = tmp_path_factory.mktemp("inputs") / "site"
    (site / "b").mkdir(parents=True)
    (site / "b" / "offer.txt").write_bytes(OFFER.encode())
    (site / "a.html").write_bytes(HTML.encode())
    (site / "mail.eml").write_bytes(MAIL.encode())
    (site / "odd.txt").write_bytes(ODD_BYTES)
    (site / "picture.png").write_bytes(b"\x89PNG")
    lines = [json.dumps(record).encode() for record in RECORDS]
    (site / "records.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\n\n")
    return site.parent


@pytest.fixture(scope="module")
def run(judge: Judge, folder: Path) -> Run:
    """All of them judged in one call."""
    return judge("--as-of", "2026-11-21", "site", folder=folder)


@pytest.fixture(scope="module")
def records(run: Run) -> dict[str, Record]:
    """The output by id."""
    return {str(record["id"]): record for record in run.records}


def findings(record: Record) -> list[Record]:
    """The findings of a record."""
    return cast("list[Record]", record["findings"])


def test_everything_is_judged_in_order_under_its_id(run: Run) -> None:
    ids = [record["id"] for record in run.records]
    assert ids == ["site/a.html", "site/b/offer.txt", "site/mail.eml", "site/odd.txt", "r1", "2", "r3", "lone �"]
    assert (run.code, run.stderr) == (0, "")


def test_a_record_has_exactly_the_keys_of_the_contract(records: dict[str, Record]) -> None:
    for record_id, record in records.items():
        assert list(record) == [*KEYS, *(["text"] if record_id in WITH_TEXT else [])]
        assert all(isinstance(record[key], kind) for key, kind in KEYS.items())
        assert record["outcome"] in ("violation", "unclear", "clear")
        assert record["severity"] in ("none", "low", "medium", "high", "critical")
        assert list(cast("Record", record["families"])) == ["illicit_sale", "unsupported_claim"]
        assert all(isinstance(p, float) and 0 <= p <= 1 for p in cast("Record", record["families"]).values())
        assert record["as_of"] == "2026-11-21"
        assert re.fullmatch("[0-9a-f]{64}", str(record["model"]))
        assert re.fullmatch("[0-9a-f]{64}", str(record["policy"]))


def test_a_finding_has_exactly_the_keys_of_the_contract(records: dict[str, Record]) -> None:
    for record in records.values():
        assert findings(record)
        for found in findings(record):
            assert list(found) == list(FINDING_KEYS)
            assert all(isinstance(found[key], kind) for key, kind in FINDING_KEYS.items())
            why = cast("list[str]", found["why"])
            assert all(isinstance(reason, str) for reason in why)
            assert all(re.search(r" \([+-]\d+\.\d\d\)$", reason) for reason in why[1:])


def test_a_note_names_a_rule_in_words(records: dict[str, Record]) -> None:
    notes = [note for record in records.values() for note in cast("list[Record]", record["notes"])]
    assert notes
    assert all(list(note) == ["rule", "text"] for note in notes)


@pytest.mark.parametrize("record_id", sorted(TEXTS))
def test_offsets_point_into_the_text_as_it_was_given(records: dict[str, Record], record_id: str) -> None:
    for found in findings(records[record_id]):
        start, end = cast("int", found["start"]), cast("int", found["end"])
        assert TEXTS[record_id][start:end] == found["quote"]


@pytest.mark.parametrize("record_id", sorted(WITH_TEXT))
def test_offsets_of_html_and_mail_point_into_the_text_of_the_record(records: dict[str, Record], record_id: str) -> None:
    text = str(records[record_id]["text"])
    for found in findings(records[record_id]):
        assert text[cast("int", found["start"]) : cast("int", found["end"])] == found["quote"]
    quotes = " ".join(str(found["quote"]) for found in findings(records[record_id]))
    assert "without a prescription" in quotes
    assert "cures depression" in quotes


@pytest.mark.parametrize("record_id", ["site/b/offer.txt", "site/a.html", "site/mail.eml", "r1", "2"])
def test_the_offer_is_flagged_in_every_format(records: dict[str, Record], record_id: str) -> None:
    record = records[record_id]
    assert "illicit_sale" in cast("list[str]", record["flagged"])
    assert (record["outcome"], record["severity"], record["substances"]) == ("violation", "critical", ["ketamine"])


def test_a_mail_names_what_was_not_read(records: dict[str, Record]) -> None:
    assert records["site/mail.eml"]["degraded"] == ["attachment"]
    assert str(records["site/mail.eml"]["text"]).startswith("Ketamine – news\n")


def test_text_wins_over_html_and_an_unusable_address_is_ignored(records: dict[str, Record]) -> None:
    assert "unsupported_claim" in cast("list[str]", records["r3"]["flagged"])
    assert "unsupported_claim" in cast("list[str]", records["2"]["flagged"])


@pytest.fixture(scope="module")
def spoilt(judge: Judge, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One call in which most inputs cannot be read."""
    other = tmp_path_factory.mktemp("spoilt")
    (other / "torn.json").write_text('{"id": "x", "te')
    (other / "two.json").write_text(json.dumps([{"id": "first", "text": CLAIM}, "second"]))
    lines = [b"{broken", b"[1]", b'{"text": "no id"}', b'{"id": "no text"}', b'{"id": true, "text": "a"}']
    lines += [b'{"id": "n", "text": 5}', b"\xff", b"[" * 5000, b'{"id": "good", "text": "The library opens at nine."}']
    return judge(
        *(
            "missing.txt",
            "a" * 300 + ".txt",
            "site/picture.png",
            str(other / "torn.json"),
            str(other / "two.json"),
            "-",
        ),
        *("./site/b/offer.txt", "--as-of", "2026-11-21"),
        stdin=b"\n".join(lines),
        folder=folder,
    )


def test_what_cannot_be_read_is_said_in_its_place_and_the_rest_goes_on(spoilt: Run) -> None:
    told = [(str(record["id"]).rsplit("/", 1)[-1], "error" in record) for record in spoilt.records]
    assert told == [
        ("missing.txt", True),
        ("a" * 300 + ".txt", True),
        ("picture.png", True),
        ("torn.json", True),
        ("first", False),
        ("two.json#2", True),
        ("-:1", True),
        ("-:2", True),
        ("-:3", True),
        ("no text", True),
        ("-:5", True),
        ("n", True),
        ("-:7", True),
        ("-:8", True),
        ("good", False),
        ("offer.txt", False),
    ]
    assert spoilt.code == 3


def test_an_unreadable_record_has_an_id_and_a_sentence_alone(spoilt: Run) -> None:
    for record in spoilt.records:
        if "error" in record:
            assert list(record) == ["id", "error"]
            assert re.search(r"[.]$", str(record["error"]))


def test_a_path_is_kept_as_it_was_given(spoilt: Run) -> None:
    assert spoilt.records[-1]["id"] == "./site/b/offer.txt"


def test_a_name_that_is_no_utf_8_is_shown_with_replacements(judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "k\udcff.txt").write_bytes(CLAIM.encode())
    run = judge("site", folder=tmp_path)
    assert [(record["id"], record["outcome"]) for record in run.records] == [("site/k�.txt", "violation")]


def test_the_table_is_one_for_people(judge: Judge, folder: Path) -> None:
    run = judge("--format", "table", "site/b", "missing.txt", folder=folder)
    assert run.code == 3
    assert "violation" in run.stdout.decode()
    assert "not read" in run.stdout.decode()


def test_a_day_that_is_none_is_refused(judge: Judge, folder: Path) -> None:
    run = judge("--as-of", "yesterday", "site", folder=folder)
    assert (run.code, run.stdout) == (2, b"")
    assert "--as-of" in run.stderr
