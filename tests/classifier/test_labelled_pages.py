"""Whole labelled pages: exact quotes, the answer is the worst label, passages inherit what they share words with."""

import json
from pathlib import Path

import pytest

from classifier.dataset import Style
from classifier.exceptions import DatasetInvalid
from classifier.features import Viewer
from classifier.labelled_pages import EXCERPT, LabelledPage, page_files, read_pages
from classifier.labels import Family, Label
from classifier.policy import load_policy
from classifier.samples import make_samples

CLAIM = {"label": "cure_or_guarantee", "severity": "high", "topic": "E-LAST"}
ADDRESS = "https://x.example/buy-ketamine"
OFFER = {"label": "sale_offer", "severity": "critical", "topic": None, "quote": ADDRESS}


def record(**changes: object) -> dict[str, object]:
    """A page with a claim in its second sentence and an offer in its address."""
    made: dict[str, object] = {
        "id": "p1",
        "kind": "clinic_careless",
        "language": "en",
        "group": "p1",
        "writer": "p",
        "note": "",
        "style": "ordinary",
        "families": {"illicit_sale": "critical", "unsupported_claim": "high"},
        "blocks": [
            {"kind": "url", "text": ADDRESS, "labels": [OFFER]},
            {"kind": "title", "text": "Ketamine visits", "labels": []},
            {"kind": "nav", "text": "Home | Visits", "labels": []},
            {
                "kind": "text",
                "text": "We open at nine on weekdays. Ketamine cures grief for good.",
                "labels": [{**CLAIM, "quote": "Ketamine cures grief for good."}],
            },
        ],
    }
    return {**made, **changes}


def read(folder: Path, *records: dict[str, object]) -> tuple[LabelledPage, ...]:
    """The pages of a folder with these records."""
    (folder / "pages").mkdir()
    (folder / "pages" / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return read_pages(page_files(folder))


def test_passages_inherit_the_labels_of_what_they_share_words_with(tmp_path: Path) -> None:
    (page,) = read(tmp_path, record())
    samples = make_samples((), (page,), Viewer(load_policy())).samples
    labelled = {s.seen.passage.text: [str(one.label) for one in s.labels] for s in samples if s.group == "p1"}
    assert labelled["Ketamine cures grief for good."] == ["cure_or_guarantee"]
    assert labelled["We open at nine on weekdays."] == []
    assert labelled["buy ketamine"] == ["sale_offer"]
    assert labelled["Ketamine visits"] == []


def test_a_page_holds_what_its_worst_label_says(tmp_path: Path) -> None:
    (page,) = read(tmp_path, record())
    assert page.holds(Family.UNSUPPORTED_CLAIM)
    assert page.holds(Label.SALE_OFFER)
    assert not page.holds(Label.SUPERIORITY)
    assert page.style is Style.ORDINARY
    assert page.content.url == ADDRESS
    assert ADDRESS not in page.content.text


def test_excerpts_keep_labels_and_leave_address_and_title(tmp_path: Path) -> None:
    (page,) = read(tmp_path, record())
    assert "Ketamine visits" in page.content.text
    (excerpt,) = page.excerpts()
    assert excerpt.content.text == "Home | Visits | We open at nine on weekdays. Ketamine cures grief for good."
    assert len(excerpt.content.text) <= EXCERPT
    assert excerpt.holds(Family.UNSUPPORTED_CLAIM)
    assert not excerpt.holds(Family.ILLICIT_SALE)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"families": {"illicit_sale": "none", "unsupported_claim": "high"}}, "its worst label is critical"),
        ({"blocks": [{"kind": "text", "text": "Hello", "labels": [{**CLAIM, "quote": "Bye"}]}]}, "does not stand"),
        ({"blocks": []}, "blocks"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_page_that_contradicts_itself_is_refused(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(DatasetInvalid, match=rf"^a\.jsonl:1: .*{sentence}"):
        read(tmp_path, record(**changes))


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(DatasetInvalid, match=r"^a\.jsonl:2: the id p1 is taken"):
        read(tmp_path, record(), record())
