"""The repository's labelled data: sound, wide enough, varied, and apart from the demo web."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from classifier.compose import COMPANIES
from classifier.dataset import Row, passage_files, read_rows
from classifier.labels import Label
from classifier.policy import load_policy

ROOT = Path(__file__).parents[2]
ROWS = read_rows(passage_files(ROOT / "labeled_data"))
PACK = load_policy()
FEWEST_ROWS = 1_500
FEWEST_HARD_NEGATIVE_KINDS = 12
FEWEST_OF_A_KIND = 10
# A turn of phrase of the writer stands in more groups than this; the terms below are the field's own.
LARGEST_SHARE_WITH_A_RUN = 1 / 500
TERMS_OF_THE_FIELD = ("treatment resistant depression",)
# Pages without an offer or claim whose words come close to one.
TEMPTING = frozenset(
    {
        *("clinic_careful", "news", "court", "regulator", "harm_reduction", "rehab", "encyclopaedia", "paper"),
        *("monograph", "hospital", "vet", "spravato", "pharmacy_listing", "ordinary_shop", "market_goods"),
        *("sound_alike", "other_treatment", "asking", "forum", "tech_mail"),
    }
)


def runs(text: str, length: int) -> set[str]:
    """All runs of so many words, in lower case."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


def visible_text(file: Path) -> str:
    """What a reader sees of a page of the demo web, with the pages inside its frames."""
    soup = BeautifulSoup(file.read_bytes(), "lxml")
    frames = [
        BeautifulSoup(str(frame["srcdoc"]), "lxml").get_text(" ") for frame in soup.find_all("iframe", srcdoc=True)
    ]
    return " ".join([soup.get_text(" "), *frames])


def count_groups(rows: Iterable[Row], length: int) -> dict[str, set[str]]:
    """The groups in which each run of words stands."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for run in runs(row.text, length):
            groups[run].add(row.group)
    return groups


def test_there_are_enough_rows() -> None:
    assert len(ROWS) >= FEWEST_ROWS


@pytest.mark.parametrize("label", list(Label))
def test_every_label_has_examples(label: Label) -> None:
    assert len({row.group for row in ROWS if row.holds(label)}) >= FEWEST_OF_A_KIND


def test_there_are_many_kinds_of_hard_negatives() -> None:
    clean = Counter(row.kind for row in ROWS if not row.labels)
    hard = {kind for kind in TEMPTING if clean[kind] >= FEWEST_OF_A_KIND}
    assert len(hard) >= FEWEST_HARD_NEGATIVE_KINDS


def test_every_kind_stands_on_a_composed_page() -> None:
    assert {row.kind for row in ROWS} <= frozenset().union(*COMPANIES)


def test_topics_are_those_of_the_policy_pack() -> None:
    wrong = [f"{row.id}: {one.topic}" for row in ROWS for one in row.labels if one.topic not in {None, *PACK.topics}]
    assert wrong == []


def test_no_text_stands_twice_under_one_heading() -> None:
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in ROWS:
        places[(" ".join(row.text.lower().split()), row.lead_in)].append(row.id)
    assert [ids for ids in places.values() if len(ids) > 1] == []


def test_rows_of_a_group_share_their_writer() -> None:
    writers: dict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        writers[row.group].add(row.writer)
    assert [group for group, names in writers.items() if len(names) > 1] == []


def test_no_turn_of_phrase_is_repeated_all_over() -> None:
    most = LARGEST_SHARE_WITH_A_RUN * len({row.group for row in ROWS})
    worn = {
        run: len(groups)
        for run, groups in count_groups(ROWS, 5).items()
        if len(groups) > most and not any(term in run for term in TERMS_OF_THE_FIELD)
    }
    assert worn == {}


def test_the_demo_web_shares_no_long_run_of_words_with_the_labelled_data() -> None:
    trained = set().union(*(runs(row.text, 9) for row in ROWS), *(runs(row.lead_in, 9) for row in ROWS))
    pages = sorted(file for file in (ROOT / "crawler" / "demo" / "sites").rglob("*") if file.suffix == ".html")
    assert pages
    shared = {f"{file.relative_to(ROOT)}: {run}" for file in pages for run in runs(visible_text(file), 9) & trained}
    assert shared == set()
