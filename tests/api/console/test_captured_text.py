"""The text as captured: every finding stands where its offsets say, nothing twice, nothing lost in silence."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.console.captured_text import Paragraph, Piece, Row, Span, lay_out
from classifier.labels import Family

SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM


def block(start: int, end: int, kind: str = "text", region: str = "main", *, hidden: bool = False) -> Row:
    return {"start": start, "end": end, "kind": kind, "region": region, "tag": "p", "hidden": hidden}


def under(paragraphs: list[Paragraph], number: int) -> str:
    return "".join(piece.text for each in paragraphs for piece in each.pieces if number in piece.numbers)


def test_a_finding_is_marked_in_place_with_its_number_once() -> None:
    text = "We sell K, 5 g, today."
    (paragraph,) = lay_out(text, [block(0, len(text))], [Span(1, 8, 14, SALE)])
    assert paragraph.pieces == (
        Piece("We sell "),
        Piece("K, 5 g", None, (1,), (1,), frozenset({SALE})),
        Piece(", today."),
    )


def test_overlapping_findings_share_the_piece_they_have_in_common() -> None:
    text = "abcdefgh"
    (paragraph,) = lay_out(text, [block(0, 8)], [Span(1, 1, 5, SALE), Span(2, 3, 7, CLAIM)])
    assert [(piece.text, piece.numbers, piece.opening) for piece in paragraph.pieces] == [
        ("a", (), ()),
        ("bc", (1,), (1,)),
        ("de", (1, 2), (2,)),
        ("fg", (2,), ()),
        ("h", (), ()),
    ]


def test_a_finding_across_blocks_is_marked_in_each() -> None:
    text = "one two\nthree four"
    first, second = lay_out(text, [block(0, 7), block(8, 18)], [Span(1, 4, 13, SALE)])
    assert [piece.text for piece in first.pieces] == ["one ", "two"]
    assert [piece.text for piece in second.pieces] == ["three", " four"]
    assert second.pieces[0].opening == ()


def test_text_that_no_block_owns_is_shown_too() -> None:
    paragraphs = lay_out("head\nlost words\ntail", [block(0, 4), block(16, 20)], [])
    assert ["".join(piece.text for piece in each.pieces).strip() for each in paragraphs] == [
        "head",
        "lost words",
        "tail",
    ]


def test_blocks_that_overlap_or_lie_outside_show_each_character_once() -> None:
    rows = [block(0, 6), block(3, 9), block(5, 5), block(-4, 2), block(8, 99)]
    assert "".join(piece.text for each in lay_out("0123456789", rows, []) for piece in each.pieces) == "0123456789"


def test_hidden_blocks_keep_saying_so() -> None:
    visible, hidden = lay_out("seen unseen", [block(0, 5), block(5, 11, hidden=True)], [])
    assert (visible.hidden, hidden.hidden) == (False, True)


def test_a_region_is_named_where_it_begins() -> None:
    paragraphs = lay_out("abcdef", [block(0, 2, region="nav"), block(2, 4, region="nav"), block(4, 6)], [])
    assert [each.begins_region for each in paragraphs] == [True, False, True]


def test_of_a_very_long_text_the_beginning_and_every_finding_are_shown_and_the_rest_is_counted() -> None:
    text = "x" * 50_000 + "NEEDLE" + "y" * 50_000
    paragraphs = lay_out(text, [block(0, len(text))], [Span(1, 50_000, 50_006, SALE)], shown=1_000)
    assert under(paragraphs, 1) == "NEEDLE"
    shown = sum(len(piece.text) for each in paragraphs for piece in each.pieces)
    assert shown == 1_000 + 1_500 + 6 + 1_500
    assert shown + sum(each.left_out for each in paragraphs) == len(text)


def test_characters_nobody_sees_are_marks_of_their_own_inside_a_finding() -> None:
    (paragraph,) = lay_out("ke\u200bt", [block(0, 4)], [Span(1, 0, 4, SALE)])
    assert [piece.unseen.word if piece.unseen else piece.text for piece in paragraph.pieces] == [
        "ke",
        "zero width",
        "t",
    ]
    assert [piece.opening for piece in paragraph.pieces] == [(1,), (), ()]


places = st.integers(min_value=0, max_value=80)
spans = st.lists(st.tuples(places, places), max_size=6)


@given(text=st.text("ab <&\n", min_size=1, max_size=80), cuts=st.lists(places, max_size=6), marked=spans)
def test_marked_pieces_join_to_the_quote_whatever_the_blocks(
    text: str, cuts: list[int], marked: list[tuple[int, int]]
) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    rows = [block(start, end) for start, end in pairwise(edges)]
    findings = [Span(number, start, end, SALE) for number, (start, end) in enumerate(marked, 1)]
    paragraphs = lay_out(text, rows, findings)
    assert "".join(piece.text for each in paragraphs for piece in each.pieces) == text
    for span in findings:
        assert under(paragraphs, span.number) == text[span.start : span.end]
