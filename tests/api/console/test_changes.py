"""What changed between two captures, block by block and word by word."""

from hypothesis import given
from hypothesis import strategies as st

from api.console import changes
from api.console.changes import Line, Stretch, block_texts, compare

blocks = st.lists(st.sampled_from(["a", "b", "c d", "c e"]), max_size=8)


def test_a_reworded_block_shows_which_words_changed() -> None:
    found = compare(["head", "5 g, 95 EUR"], ["head", "5 g, 80 EUR"])
    assert found.lines == (
        Line("kept", (Stretch("head"),)),
        Line("removed", (Stretch("5 g, "), Stretch("95 ", True), Stretch("EUR"))),
        Line("added", (Stretch("5 g, "), Stretch("80 ", True), Stretch("EUR"))),
    )
    assert (found.removed, found.added) == (1, 1)


def test_unchanged_blocks_far_from_a_change_fold_into_a_count() -> None:
    kept = [f"same {n}" for n in range(10)]
    found = compare([*kept, "old"], [*kept, "new", "newer"])
    assert [(line.kind, line.count) for line in found.lines] == [
        ("gap", 9),
        ("kept", 0),
        ("removed", 0),
        ("added", 0),
        ("added", 0),
    ]


@given(before=blocks, after=blocks)
def test_every_removed_and_added_block_is_told(before: list[str], after: list[str]) -> None:
    lines = list(changes._lines(before, after))
    joined = [(line.kind, "".join(part.text for part in line.stretches)) for line in lines]
    assert [text for kind, text in joined if kind != "added"] == before
    assert [text for kind, text in joined if kind != "removed"] == after


def test_two_very_long_pages_are_compared_without_looking_at_every_pair() -> None:
    before = [f"line {n}" for n in range(30_000)]
    after = [f"line {n}" for n in range(29_999, 0, -1)] + ["new"]
    found = compare(before, after)
    assert (found.removed, found.added) == (1, 1)


def test_block_texts_leave_out_what_is_empty() -> None:
    rows = [{"start": 3, "end": 5}, {"start": 0, "end": 2}, {"start": 2, "end": 3}]
    assert block_texts("ab cd", rows) == ["ab", "cd"]


def test_a_page_made_to_be_slow_to_compare_is_compared_by_counting() -> None:
    before = ["a", "b"] * 500
    after = ["b", "c", "a"] * 300
    found = compare(before, after)
    assert (found.removed, found.added) == (400, 300)
    assert len(found.lines) + found.left_out == 700
    assert len(found.lines) == changes.MOST_LINES


def test_words_made_to_be_slow_to_compare_are_shown_whole() -> None:
    found = compare(["a " * 300], ["a " * 299 + "b"])
    assert [[part.changed for part in line.stretches] for line in found.lines] == [[False], [False]]
