"""The index of slips answers as if every slip of a word were tried."""

from collections.abc import Iterator
from itertools import islice, product
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.policy import load_policy
from classifier.slips import LONGEST_KEYWORD, MOST_READINGS, REAL_WORDS, RUN, Keywords

PACK = load_policy()
WORDS = sorted(PACK.lexicon.words | PACK.cues.words)


INDEX = Keywords(WORDS)


def tried(word: str) -> str:
    """The first keyword among all that a word may have been before a slip."""
    return "" if word in INDEX or word in REAL_WORDS else next((w for w in before_slip(word) if w in INDEX), "")


def before_slip(word: str) -> Iterator[str]:
    """Each repeated letter once or twice, then two neighbours inside exchanged, then a letter put in."""
    runs = [match.group() for match in RUN.finditer(word)]
    choices = [dict.fromkeys((run[0], run[:2])) for run in runs]
    yield from map("".join, islice(product(*choices), MOST_READINGS))
    if len(word) <= LONGEST_KEYWORD:
        for i in range(1, len(word) - 2):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        places = range(1, len(word)) if len(word) >= 7 else ()
        yield from (word[:i] + letter + word[i:] for i in places for letter in ascii_lowercase)


@st.composite
def slipped(draw: st.DrawFn) -> str:
    """A keyword after one or two slips."""
    word = draw(st.sampled_from(WORDS))
    for _ in range(draw(st.integers(1, 2))):
        i = draw(st.integers(1, len(word) - 1))
        slips = (word[:i] + word[i + 1 :], word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :])
        word = draw(st.sampled_from((*slips, word[:i] + word[i] * 2 + word[i:], word[:i] + "x" + word[i:])))
    return word


@given(slipped())
@settings(deadline=None, max_examples=500)
def test_a_word_means_the_first_keyword_that_it_may_have_been_before_a_slip(word: str) -> None:
    assert INDEX.meant_by(word) == tried(word)


def test_a_slip_of_several_words_means_the_one_mended_nearest_to_its_beginning() -> None:
    assert Keywords(("abcdefgx", "xabcdefg", "abzcdefg", "abycdefg")).meant_by("abcdefg") == "abycdefg"


@pytest.mark.parametrize("word", ["ketamine", "mediation", "ktamin"])
def test_keywords_and_words_of_a_dictionary_and_short_words_mean_no_other(word: str) -> None:
    assert INDEX.meant_by(word) == ""
