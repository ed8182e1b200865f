"""Pages that say nearly the same on several sites are found, whatever else there is, and chains do not grow."""

import random

import numpy as np

from api.services.alike_texts import ALIKE, group_texts
from crawler.likeness import shingles, signature

WORDS = [f"w{number}" for number in range(5_000)]


def text(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def changed(words: list[str], count: int, seed: int = 0) -> list[str]:
    """The words with a run of them replaced, which spoils few shingles."""
    return [*text(1_000 + seed, count), *words[count:]]


def groups(texts: list[list[str]], sites: str) -> list[list[int]]:
    signatures = np.stack([signature(shingles(" ".join(words))) for words in texts])
    return [[member.number for member in group] for group in group_texts(signatures, sites)]


def test_copies_on_other_sites_are_found_among_others():
    texts = [text(1), text(2), changed(text(1), 10), text(3), text(2)]
    assert groups(texts, "abcde") == [[0, 2], [1, 4]]


def test_copies_within_one_site_are_no_news():
    assert groups([text(1), text(1), text(2)], "aab") == []


def test_likeness_is_to_the_page_that_was_seen_first():
    texts = [text(1), text(1), changed(text(1), 15)]
    signatures = np.stack([signature(shingles(" ".join(words))) for words in texts])
    ((first, copy, other),) = group_texts(signatures, "abc")
    assert (first.likeness, copy.likeness) == (1.0, 1.0)
    assert ALIKE <= other.likeness < 1.0


def test_a_chain_of_small_changes_does_not_join_its_ends():
    chain = [text(1)]
    for step in range(1, 13):
        chain.append([*text(2_000, 25 * step)[: 25 * step], *chain[0][25 * step :]])
    for group in groups(chain, "abcdefghijklm"):
        assert max(group) - min(group) <= 4


def test_no_texts_make_no_groups():
    assert group_texts(np.empty((0, 64), np.uint32), []) == ()


def test_thousands_of_copies_are_one_group():
    one = signature(shingles(" ".join(text(1))))
    (group,) = group_texts(np.tile(one, (20_000, 1)), [str(number % 7) for number in range(20_000)])
    assert len(group) == 20_000
