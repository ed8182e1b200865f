"""What cannot be seen is marked; what shapes a script is left alone."""

import pytest

from api.console.invisible import plain, shown, split_runs


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("ke\u200btamine", "zero width", "zero width space U+200B"),
        ("ke\u00adtamine", "soft hyphen", "soft hyphen U+00AD"),
        ("a\u202eb", "reversed", "right-to-left override U+202E"),
        ("a\x07b", "invisible", "control character U+0007"),
        ("a\ud800b", "invisible", "control character U+D800"),
        ("a\U000e0041b", "invisible", "tag latin capital letter a U+E0041"),
        ("ke\u200dt", "zero width", "zero width joiner U+200D"),
    ],
)
def test_a_character_nobody_sees_becomes_a_mark_with_its_name(text: str, word: str, name: str) -> None:
    before, mark, after = split_runs(text)
    assert mark.unseen is not None
    assert (mark.unseen.word, mark.unseen.name) == (word, name)
    assert len(before.text + after.text) == len(text) - 1


def test_a_run_of_the_same_character_is_one_mark_with_its_number() -> None:
    assert str(shown("a" + "\u200b" * 3000)) == (
        'a<span class="unseen" title="zero width space U+200B × 3,000">zero width × 3,000</span>'
    )


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "👩\u200d⚕️ und 👨\u200d👩\u200d👧", "क्\u200dष", "naïve café", "a\tb\nc"]
)
def test_joiners_that_shape_a_script_and_ordinary_text_stay(text: str) -> None:
    assert plain(text) == text


def test_markup_in_a_text_is_shown_as_text() -> None:
    assert str(shown("<b>\u200b&")) == (
        '&lt;b&gt;<span class="unseen" title="zero width space U+200B">zero width</span>&amp;'
    )


def test_a_carriage_return_is_the_end_of_a_line() -> None:
    assert plain("one\r\ntwo\rthree") == "one\ntwo\nthree"
