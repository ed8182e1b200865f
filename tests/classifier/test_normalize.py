"""Normalising undoes disguise, keeps what is meant so, and always leads back to the original code points."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier.normalize import Normalized, normalize
from classifier.policy import load_policy

PACK = load_policy()
DISGUISED = (
    "k\u200be\u200bt\u200bamine",
    "ket\u2060\u200damine",
    "k\U000e0065etamine",
    "ＫＥＴＡＭＩＮＥ",
    "𝓀𝑒𝓉𝒶𝓂𝒾𝓃𝑒",
    "𝐊𝐄𝐓𝐀𝐌𝐈𝐍𝐄",
    "ⓚⓔⓣⓐⓜⓘⓝⓔ",
    "🅺🅴🆃🅰🅼🅸🅽🅴",
    "kеtаmіnе",
    "КЕТАMINE",
    "κεταmine",
    "ĸetamine",
    "k̷e̷t̷a̷m̷i̷n̷e",
    "k⃣e⃣t⃣a⃣m⃣i⃣n⃣e",
    "kétamine",
    "k3t4m1n3",
    "ket@mine",
    "ｋ３ｔ４ｍ１ｎ３",
    "k e t a m i n e",
    "k.e.t.a.m.i.n.e",
    "K-E-T-A-M-I-N-E",
    "k|e|t|a|m|i|n|e",
    "k\u00a0e\u00a0t\u00a0a\u00a0m\u00a0i\u00a0n\u00a0e",
    "ketamiiiine",
    "keeetamiiine",
)
# Accents, strokes and full width are read through, but people also write so in earnest.
WRITTEN_SO = {"ＫＥＴＡＭＩＮＥ", "kétamine", "k̷e̷t̷a̷m̷i̷n̷e", "k⃣e⃣t⃣a⃣m⃣i⃣n⃣e"}
CHARACTERS = st.characters(exclude_categories=())
TEXTS = st.lists(st.one_of(st.text(CHARACTERS, max_size=6), st.sampled_from((*DISGUISED, " ", "Кетамин"))), max_size=8)


def fold(text: str) -> Normalized:
    """The text as the policy pack's keywords let it be read."""
    return normalize(text, PACK.keywords)


@given(TEXTS.map("".join))
@example("İstanbul ΐ ﬃ ß ﷺ k e t a m i n e")
@example("\ud800 k3t4m1n3 \udfff")
@settings(deadline=None)
def test_every_span_of_any_text_maps_inside_the_original_and_in_order(text: str) -> None:
    folded = fold(text)
    singles = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in singles)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(singles))
    for start in range(len(singles)):
        for end in range(start + 1, len(singles) + 1):
            assert folded.span(start, end) == (singles[start][0], singles[end - 1][1])


@given(st.text(st.characters(codec="ascii")))
@settings(deadline=None)
def test_neither_case_nor_invisible_marks_change_the_reading(text: str) -> None:
    assert fold(text).text == fold(text.upper()).text == fold(f"\u2060{text}\ufeff").text


@pytest.mark.parametrize("spelling", DISGUISED)
def test_a_disguised_name_is_read_and_leads_back_to_the_spelling(spelling: str) -> None:
    text = f"Order our {spelling} today"
    folded = fold(text)
    assert folded.text == "order our ketamine today"
    start = folded.text.index("ketamine")
    first, last = folded.span(start, start + len("ketamine"))
    assert text[first:last] == spelling


@pytest.mark.parametrize("spelling", sorted(set(DISGUISED) - WRITTEN_SO))
def test_a_disguise_is_counted(spelling: str) -> None:
    assert fold(spelling).disguised > 0


@pytest.mark.parametrize(
    "text",
    [
        "I ❤️ my family 👨‍👩‍👧",
        "\ufeffThe file begins with a mark",
        "co\u00adoper\u00adation",
        "left\u200e (right)",
        "Crème brûlée, 5 °C, naïve Łódź",
        "ordinary text!!! and 500mg",
        "Кетамин применяют в клинике",
    ],
)
def test_ordinary_text_counts_no_disguise(text: str) -> None:
    assert fold(text).disguised == 0


@pytest.mark.parametrize(
    "text",
    [
        "500mg h2o mp3 2c-b b12 covid19 co2 ps5 5g u2 1st $5k 4k 3d",
        "3-meo-pcp 4-aco-dmt 2-fdck 1p-lsd",
        "100ml for 25eur at 10am",
        "a b c d and 1 2 3 4",
        "aaah, brrr, hmmm",
        "user@example.org, £5!",
    ],
)
def test_figures_and_names_that_are_meant_so_stay(text: str) -> None:
    assert fold(text).text == text


def test_a_leet_spelling_is_undone_only_where_it_gives_a_keyword() -> None:
    assert fold("0rder d1screet sh1pping, room b0x n0w").text == "order discreet shipping, room b0x n0w"


def test_a_one_may_stand_for_an_l_or_an_i() -> None:
    assert fold("de1ivery, sh1pping").text == "delivery, shipping"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("buy a k e t a m i n e vial", "buy a ketamine vial"),
        ("b u y k e t a m i n e", "buy ketamine"),
        ("k e t a m i n e o k", "ketamine ok"),
        ("k e t a m i n e p o w d e r", "ketamine powder"),
        ("k e t a m i n e   p o w d e r", "ketamine   powder"),
        ("q w x z v", "q w x z v"),
    ],
)
def test_letters_set_apart_are_joined_where_a_keyword_comes_of_it(text: str, read: str) -> None:
    assert fold(text).text == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Кетамин купить без рецепта", "кетамин купить без рецепта"),
        ("Я взял a book", "я взял a book"),
        ("Καλημέρα, η κεταμίνη", "καλημέρα, η κεταμίνη"),
        ("the word Κεταμίνη in Greek", "the word κεταμίνη in greek"),
    ],
)
def test_real_russian_and_greek_stay(text: str, read: str) -> None:
    assert fold(text).text == read


@pytest.mark.parametrize(("text", "read"), [("co\u00adop", "coop"), ("ﬁne", "fine"), ("Straße", "strasse")])
def test_typography_is_folded(text: str, read: str) -> None:
    assert fold(text).text == read


def test_an_empty_text_stays_empty() -> None:
    assert fold("") == Normalized("", None, 0)


@pytest.mark.parametrize("sign", list("’‘“”–—•·£€®\u00a0«»"))
def test_a_sign_in_ordinary_text_keeps_every_place(sign: str) -> None:
    folded = fold(f"Ask {sign} Ketamine")
    assert (folded.text[:4], folded.text[5:], folded.disguised) == ("ask ", " ketamine", 0)
    assert folded.span(6, 14) == (6, 14)
