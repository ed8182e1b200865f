"""Text is cut into sentences, list items and rows at exact places, each under the heading it is read under."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.passages import MAX_LENGTH, split
from classifier.types import TextBlock, TextContent

MEGABYTES = 2_000_000
PIECES = st.sampled_from(
    (
        ". ",
        "! ",
        "… ",
        " | ",
        "\n",
        "\r\n",
        "\n- ",
        "Dr. ",
        "These ",
        "Ketamine",
        "рецепт",
        "药。",
        " ",
        "5 g",
        "£",
        "\u2028",
    )
)


def cut(text: str, title: str = "") -> list[str]:
    """The passages of plain text."""
    return [passage.text for passage in split(TextContent(text, title=title))]


@given(st.lists(st.one_of(st.text(max_size=12), PIECES), max_size=40).map("".join))
@settings(deadline=None)
def test_passages_of_any_text_are_exact_ordered_bounded_and_lose_no_word(text: str) -> None:
    passages = split(TextContent(text))
    assert all(p.text == text[p.start : p.end] and p.text == p.text.strip() for p in passages)
    assert all(0 < len(p.text) <= MAX_LENGTH for p in passages)
    assert all(a.end <= b.start for a, b in pairwise(passages))
    covered = {i for p in passages for i in range(p.start, p.end)}
    assert {i for i, char in enumerate(text) if char.isalnum()} <= covered


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        (
            "We open at nine. Ketamine is given by drip! Is it safe? Ask us…",
            ["We open at nine.", "Ketamine is given by drip!", "Is it safe?", "Ask us…"],
        ),
        (
            '"It works," she said. "I felt calm." Then she left.',
            ['"It works," she said.', '"I felt calm."', "Then she left."],
        ),
        (
            "Ask Dr. Alder and Prof. Bird, e.g. Monday at St. Anne.",
            ["Ask Dr. Alder and Prof. Bird, e.g. Monday at St. Anne."],
        ),
        (
            "The U.S. Agency and Larkmoor Ltd. Legal team agree.",
            ["The U.S. Agency and Larkmoor Ltd. Legal team agree."],
        ),
        ("Each vial holds 500 mg. Order two of them now.", ["Each vial holds 500 mg.", "Order two of them now."]),
        (
            "We wrote the protocol.            The next step is yours.",
            ["We wrote the protocol.", "The next step is yours."],
        ),
        ("It costs 4.50 a gram at example.org today.", ["It costs 4.50 a gram at example.org today."]),
        (
            "这里可以看到氯胺酮粉末的价格。请联系我们的客服购买。",
            ["这里可以看到氯胺酮粉末的价格。", "请联系我们的客服购买。"],
        ),
        ("Купить кетамин можно здесь. Без рецепта и врача.", ["Купить кетамин можно здесь.", "Без рецепта и врача."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, passages: list[str]) -> None:
    assert cut(text) == passages


def test_a_sentence_that_points_back_is_read_with_the_one_before() -> None:
    assert cut("Our vials are listed below. These products are for research. We open at nine.") == [
        "Our vials are listed below. These products are for research.",
        "We open at nine.",
    ]


def test_every_list_item_is_a_passage_under_the_line_above_the_list() -> None:
    passages = split(TextContent("What we treat\n- Depression\n- Chronic pain\r\n- Migraine"))
    assert [(p.text, p.lead_in) for p in passages] == [
        ("What we treat", ""),
        ("- Depression", "What we treat"),
        ("- Chronic pain", "What we treat"),
        ("- Migraine", "What we treat"),
    ]


def test_a_heading_leads_in_what_follows_it_and_the_title_leads_in_headings() -> None:
    text = "Our services\nWe offer ketamine infusions to adults.\nPrices\nA visit costs 400 dollars with a nurse."
    passages = split(TextContent(text, title="Larkmoor Clinic"))
    assert [(p.text.split()[0], p.lead_in) for p in passages] == [
        ("Our", "Larkmoor Clinic"),
        ("We", "Our services"),
        ("Prices", "Larkmoor Clinic"),
        ("A", "Prices"),
    ]


def test_the_title_is_not_its_own_lead_in() -> None:
    blocks = (TextBlock(0, 8, "title", "head"), TextBlock(9, 27, "text"))
    passages = split(TextContent("Ketamine\nWe are open today.", title="Ketamine", blocks=blocks))
    assert [(p.lead_in, p.region) for p in passages] == [("", "head"), ("Ketamine", "body")]


def test_a_hidden_heading_leads_in_nothing_and_a_hidden_block_says_so() -> None:
    blocks = (TextBlock(0, 6, "heading", hidden=True), TextBlock(7, 17, "text"))
    passages = split(TextContent("Secret\nOpen today", blocks=blocks))
    assert [(p.text, p.lead_in, p.hidden) for p in passages] == [("Secret", "", True), ("Open today", "", False)]


def test_a_table_row_is_one_passage() -> None:
    row = "Ketamine racemic crystal, lab tested | 5 g | in stock and ready to ship | £120 | Add to basket"
    assert [p.text for p in split(TextContent(row, blocks=(TextBlock(0, len(row), "row"),)))] == [row]


def test_a_row_that_is_too_long_is_cut_at_its_cells() -> None:
    cell = "Ketamine infusions are offered on every weekday from nine to five in the old mill by the river"
    row = " | ".join([cell] * 8)
    assert [p.text for p in split(TextContent(row, blocks=(TextBlock(0, len(row), "row"),)))] == [cell] * 8


def test_scraps_between_bars_are_read_together_and_sentences_between_bars_apart() -> None:
    assert cut("Ketamine | 5 g | £120") == ["Ketamine | 5 g | £120"]
    assert cut("Nobody may order here without a licence. | We check every buyer before supply.") == [
        "Nobody may order here without a licence.",
        "We check every buyer before supply.",
    ]


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "--- | *** ...", "\ufeff"])
def test_text_without_a_word_has_no_passage(text: str) -> None:
    assert cut(text) == []


def test_a_sentence_without_an_end_is_cut_at_commas_and_spaces() -> None:
    text = "no prescription, no questions asked, " * 60
    passages = cut(text)
    assert max(map(len, passages)) <= MAX_LENGTH
    assert " ".join(passages) == text.strip()


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "word ",
        " ",
        ".",
        ". ",
        '"',
        " | ",
        "ab | ",
        "Dr. ",
        "! These ",
        "药。",
        "Ketamine is sold here. ",
        "\u200b",
    ],
)
def test_two_megabytes_in_one_line_give_bounded_passages(unit: str) -> None:
    text = "Begin." + unit * (MEGABYTES // len(unit)) + "end"
    passages = split(TextContent(text))
    assert all(len(p.text) <= MAX_LENGTH for p in passages)
    assert passages[0].start == 0
    assert passages[-1].end == len(text)
