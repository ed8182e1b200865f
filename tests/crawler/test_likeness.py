"""Texts that say the same have like prints, others have not, and prints are the same on every machine."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.likeness import PERMUTATIONS, distance, is_changed, likeness, shingles, signature, simhash

WORDS = [f"word{number}" for number in range(4_000)]
PAGE = " ".join(random.Random(1).choices(WORDS, k=600))
OTHER = " ".join(random.Random(2).choices(WORDS, k=600))


def reworded(text: str, share: float, seed: int = 3) -> str:
    """The text with a share of its words replaced."""
    chance = random.Random(seed)
    return " ".join("changed" if chance.random() < share else word for word in text.split())


def overlap(one: str, other: str) -> float:
    """The true share of shingles in common."""
    first, second = set(shingles(one).tolist()), set(shingles(other).tolist())
    return len(first & second) / len(first | second)


def test_a_text_and_itself_differ_in_nothing_and_another_in_half_of_the_bits():
    assert distance(simhash(PAGE), simhash(PAGE)) == 0
    assert 20 <= distance(simhash(PAGE), simhash(OTHER)) <= 44


def test_a_trifle_in_a_page_is_no_change_and_another_paragraph_is_one():
    assert not is_changed(simhash(PAGE), simhash(f"{PAGE} updated on monday"))
    assert is_changed(simhash(PAGE), simhash(reworded(PAGE, 0.3)))
    assert is_changed(simhash(PAGE), simhash(""))


def test_case_spacing_and_punctuation_make_no_other_text():
    assert simhash("Pure, lab-tested crystal.\nTen grams!") == simhash("pure lab tested  CRYSTAL ten grams")


@pytest.mark.parametrize(
    ("text", "print_"), [("", ""), ("one two three four five", "9a05d3863124eb59"), ("word", "3e2a9f471a2bf489")]
)
def test_a_simhash_is_the_same_for_ever(text, print_):
    assert simhash(text) == print_


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_the_estimate_of_likeness_is_near_the_truth(share):
    changed = reworded(PAGE, share)
    estimate = likeness(signature(shingles(PAGE)), signature(shingles(changed)))
    assert estimate == pytest.approx(overlap(PAGE, changed), abs=0.15)


def test_estimates_are_right_on_average():
    pairs = [(PAGE, reworded(PAGE, 0.01 * seed, seed)) for seed in range(20)]
    errors = [likeness(signature(shingles(a)), signature(shingles(b))) - overlap(a, b) for a, b in pairs]
    assert abs(float(np.mean(errors))) < 0.04


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_prints_of_the_right_shape(text):
    assert len(simhash(text)) in (0, 16)
    assert signature(shingles(text)).shape == (PERMUTATIONS,)
    assert distance(simhash(text), simhash(text)) == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WORDS[:40]), min_size=4, max_size=60), st.integers(1, 5))
def test_what_is_repeated_counts_once(words, times):
    once = [*words, *words[:2]]
    assert set(shingles(" ".join(once)).tolist()) == set(shingles(" ".join([*(words * times), *once])).tolist())


@pytest.mark.parametrize("text", ["a " * 500_000, "x" * 2_000_000, "\ud800 a b c", "é ü ß ж 氣 🜨"])
def test_hostile_texts_have_prints_too(text):
    assert simhash(text)
