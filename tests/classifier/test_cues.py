"""Cues are tried only where a match may begin, and find what a search of the whole text finds."""

import re
from pathlib import Path

import pytest

from classifier.cues import Cue, CueSet
from classifier.dataset import passage_files, read_rows
from classifier.normalize import normalize
from classifier.openings import openings
from classifier.policy import load_policy

ROOT = Path(__file__).parents[2]
PACK = load_policy()


@pytest.mark.parametrize(
    ("pattern", "beginnings"),
    [
        (r"\bbuy now\b", {"buy now\b"}),
        (r"\b(?:buy|order(?:ing)?|to\w*)\b", {"buy\b", "order\b", "ordering\b", "to"}),
        (r"\b(?:ok?|a+)b", {"ob", "okb", "a"}),
        (r"\bs?ave", {"save", "ave"}),
        (r"\b(?:(?:with)?in|(?:a|b[)|]) c) days", {"within days", "in days", "a c days", "b"}),
        (r"\b(?<!no )(?!yes)may", {"may"}),
        (r"\b\d{1,3} g", set("0123456789")),
        (r"(?:\bone|\btwo)", {"one", "two"}),
        (r"(?:\bone|two)", None),
        (r"\bat no (?:cost|charge)", {"at no cost", "at no charge"}),
        (r"\b4 ?u", {"4 u", "4u"}),
        (r"\ba\+ ?b\b", {"a+ b\b", "a+b\b"}),
        (r"\ba\+\b", {"a+"}),
        (r"\bdon.?t\b", {"don"}),
        (r"\b9\d%", {"9"}),
        (r"\b[ab]c[- ]?d", {"acd", "ac-d", "ac d", "bcd", "bc-d", "bc d"}),
        (r"\b[a-c]d", None),
        (r"\b-a", None),
        (r"\b(?:a)*c", None),
        (r"\b(?:a|)c", {"ac", "c"}),
        (r"https?://", None),
    ],
)
def test_beginnings_of_a_pattern(pattern: str, beginnings: set[str] | None) -> None:
    assert openings(pattern) == beginnings


def test_most_cues_are_tried_only_at_words_that_begin_like_them() -> None:
    anywhere = [cue.id for cue in PACK.cues.cues if openings(cue.pattern.pattern) is None]
    assert len(anywhere) < len(PACK.cues.cues) / 8


def test_first_hit_is_the_one_a_search_finds() -> None:
    cue = Cue("late", "sale", re.compile(r"\b(?:to|today only)\b"), (), ())
    assert [(hit.start, hit.end) for hit in CueSet([cue]).find("tomorrow, today only to you")] == [(10, 20)]


@pytest.mark.parametrize("text", ["a 5 € x", "in stock or x 5", "٣x", "no price, no stock"])
def test_a_cue_that_begins_in_several_ways_is_found_where_a_search_finds_it(text: str) -> None:
    pattern = re.compile(r"(?:\bin stock\b|\d{1,3} ?€|x ?\d{1,4}|\b\d{1,4}x)")
    searched = [match.span()] if (match := pattern.search(text)) else []
    assert [(hit.start, hit.end) for hit in CueSet([Cue("mixed", "sale", pattern, (), ())]).find(text)] == searched


def test_no_hit_in_the_labelled_passages_is_missed_or_added() -> None:
    for row in read_rows(passage_files(ROOT / "labeled_data")):
        text = normalize(row.text, PACK.keywords).text
        searched = [(cue.id, *match.span()) for cue in PACK.cues.cues if (match := cue.pattern.search(text))]
        assert [(hit.cue.id, hit.start, hit.end) for hit in PACK.cues.find(text)] == searched
