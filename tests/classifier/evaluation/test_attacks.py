"""The attack suite: repeatable, no stronger than asked, and not made of what the normaliser was told."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import lookalikes
from classifier.dataset import passage_files, read_rows
from classifier.evaluation.attacks import ATTACKS, LOOKALIKE_ALPHABET, STRENGTHS, Attack, disguise, is_keyword
from classifier.normalize import normalize
from classifier.policy import load_policy

PACK = load_policy()
LABELED_DATA = Path(__file__).resolve().parents[3] / "labeled_data"
OFFER = "Order ketamine powder online without prescription, discreet worldwide delivery. It cures depression."
ATTACK = st.sampled_from(ATTACKS)
TEXTS = st.lists(st.sampled_from((*OFFER.split(), "кетамин", "naïve", "\ud800", "a", "5 g", "x@y.example"))).map(
    " ".join
)


def named(name: str) -> Attack:
    """The attack of that name."""
    return next(attack for attack in ATTACKS if attack.name == name)


def read(text: str) -> str:
    """The text as the normaliser reads it."""
    return normalize(text, PACK.keywords).text


@given(TEXTS, ATTACK, st.sampled_from(STRENGTHS), st.integers())
@settings(deadline=None)
def test_the_same_text_attack_strength_and_seed_give_the_same_disguise(
    text: str, attack: Attack, strength: float, seed: int
) -> None:
    assert disguise(text, attack, strength, seed) == disguise(text, attack, strength, seed)


@given(TEXTS | st.text(), ATTACK, st.integers())
@settings(deadline=None)
def test_strength_nought_changes_nothing(text: str, attack: Attack, seed: int) -> None:
    assert disguise(text, attack, 0, seed) == text


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("strength", STRENGTHS)
def test_every_attack_changes_a_text_that_sells_and_claims(attack: Attack, strength: float) -> None:
    assert all(disguise(OFFER, attack, strength, seed) != OFFER for seed in range(5))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_addresses_figures_and_short_words_are_left_alone(attack: Attack) -> None:
    text = "https://ketamine.example order@ketamine.example t.me/ketamine 500 mg is ok"
    assert disguise(text, attack, 1, 0) == text


def test_strength_is_the_share_of_eligible_words_rounded_up() -> None:
    words = "ketamine powder shipping delivery prescription"
    for strength, changed in zip(STRENGTHS, (2, 3, 5), strict=True):
        disguised = disguise(words, named("full width"), strength, 0)
        assert sum(a != b for a, b in zip(words.split(), disguised.split(), strict=True)) == changed


def test_seeds_give_different_disguises() -> None:
    assert len({disguise(OFFER, named("look-alikes"), 1, seed) for seed in range(10)}) == 10


def test_the_suite_has_its_groups_and_no_name_twice() -> None:
    assert Counter(attack.group for attack in ATTACKS) == {"characters": 13, "spelling": 3, "words": 2, "composed": 8}
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Ketamine", True), ("кетамином", True), ("shipping", True), ("cures", True), ("library", False), ("from", False)],
)
def test_keywords_are_words_that_sell_or_claim(word: str, expected: bool) -> None:
    assert is_keyword(word) is expected


def test_the_look_alike_alphabet_is_held_out() -> None:
    letters = [char for group in LOOKALIKE_ALPHABET.values() for char in group]
    by_hand = {char for group in lookalikes._GROUPS.values() for char in group}
    listed = {**lookalikes.FORMS, **lookalikes.LOOKALIKES}
    assert [char for char in letters if char in by_hand or unicodedata.normalize("NFKD", char) != char] == []
    # 84 % stand in one of the tables that were made by rule or by machine, 16 % in none.
    assert round(sum(char in listed for char in letters) / len(letters), 2) == 0.84


@pytest.mark.parametrize(
    "name",
    [
        *("zero width", "letters spaced in keywords", "letters dotted", "mathematical letters", "full width"),
        *("leet in keywords", "combining marks", "leet, zero width", "leet, full width"),
    ],
)
def test_the_normaliser_reads_every_disguised_word_of_an_offer(name: str) -> None:
    for seed in range(10):
        assert read(disguise(OFFER, named(name), 1, seed)) == OFFER.lower()


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("k\u0567tamine", "ketamine"),
        ("\u15f7uy k.\u13bf.t.a.m.i.n.e", "\u15f7uy ketamine"),
        ("tr4ck3d p@rc3l, 5€nd1ng", "tracked parcel, sending"),
        ("s.h.o.p h.o.u.r.s: S.u.n.d.a.y", "shop hours: sunday"),
        ("U.S.A., e.g. C++", "usa., e.g. c++"),
        ("N01AX03, S07E03, 3x500mg, RTX4090, trials@clinic", "n01ax03, s07e03, 3x500mg, rtx4090, trials@clinic"),
        ("ketamnie, prescrption, deliverrry", "ketamine, prescription, delivery"),
        ("additive patents, power and saliva", "additive patents, power and saliva"),
        ("5 μg, кетамин и я", "5 ug, кетамин и я"),
        ("ꓗꭼtаmιnе", "ketamine"),
    ],
)
def test_the_normaliser_undoes_what_nobody_writes_in_earnest(text: str, reading: str) -> None:
    assert read(text) == reading


def test_no_word_that_several_labelled_texts_use_is_taken_for_a_slip() -> None:
    texts = [row.text.lower() for row in read_rows(passage_files(LABELED_DATA))]
    uses = Counter(word for text in texts for word in set(re.findall(r"\b[a-z]{6,}\b", text)))
    assert [word for word, count in uses.items() if count > 2 and read(word) != word] == []
