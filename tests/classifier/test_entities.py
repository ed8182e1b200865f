"""Names are found word by word: whole names, stems of compounds and inflections, and slang only beside a sale."""

from itertools import pairwise

import pytest

from classifier.entities import Lexicon, Role, Term, Usage
from classifier.features import Viewer
from classifier.policy import load_policy

VIEWER = Viewer(load_policy())
LEXICON = Lexicon(
    (
        Term(
            "ketamine",
            Role.SUBJECT,
            names=("ketamine", "racemic ketamine"),
            stems=("ketamin",),
            slang=("k", "k powder"),
            everyday=("kitty", "special k"),
        ),
        Term("esketamine", Role.SUBJECT, ("s-ketamine",), stems=("esketamin",)),
        Term("analogues", Role.ANALOGUE, ("2-fdck", "dck"), many=True),
    )
)


def found(text: str) -> list[tuple[str, str, str]]:
    """Term, substance and the words found, in order."""
    return [(m.term.id, m.substance, text[m.start : m.end]) for m in LEXICON.find(text)]


def named(text: str) -> set[str]:
    """What the policy pack's lexicon sees in raw text, slang weighed by what stands beside it."""
    return {m.substance for m in VIEWER.read(text).mentions}


def test_the_longest_name_at_a_place_wins() -> None:
    assert found("our racemic ketamine, not ketamine hcl") == [
        ("ketamine", "ketamine", "racemic ketamine"),
        ("ketamine", "ketamine", "ketamine"),
    ]


def test_a_name_with_a_hyphen_is_found_however_it_is_joined() -> None:
    assert [words for _, _, words in found("s-ketamine, s ketamine, s_ketamine")] == [
        "s-ketamine",
        "s ketamine",
        "s_ketamine",
    ]


@pytest.mark.parametrize("word", ["ketaminbehandlung", "ketaminą", "ketamine's", "ketaminhydroklorid"])
def test_compounds_and_inflections_are_found_by_their_stem(word: str) -> None:
    assert [term for term, _, _ in found(f"eine {word} heute")] == ["ketamine"]


def test_a_longer_stem_is_not_taken_for_the_shorter_one() -> None:
    assert [term for term, _, _ in found("esketaminspray und ketaminspray")] == ["esketamine", "ketamine"]


def test_a_class_of_substances_gives_the_name_found() -> None:
    assert found("2-fdck and dck") == [("analogues", "2-fdck", "2-fdck"), ("analogues", "dck", "dck")]


@pytest.mark.parametrize("text", ["", "market", "k2", "racemic", "a ketone diet", "ske tamin"])
def test_parts_of_names_and_other_words_are_passed(text: str) -> None:
    assert found(text) == []


def test_mentions_come_in_order_without_overlap() -> None:
    mentions = LEXICON.find("special k ketamine racemic ketamine 2-fdck k")
    assert [(m.name, m.usage) for m in mentions] == [
        ("special k", Usage.EVERYDAY),
        ("ketamine", Usage.NAME),
        ("racemic ketamine", Usage.NAME),
        ("2-fdck", Usage.NAME),
        ("k", Usage.SLANG),
    ]
    assert all(a.end < b.start for a, b in pairwise(mentions))


def test_words_of_names_are_known_and_slang_is_not() -> None:
    assert "racemic" in LEXICON.words
    assert "ketamin" in LEXICON.words
    assert "special" not in LEXICON.words
    assert "powder" not in LEXICON.words
    assert "dck" not in LEXICON.words


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("Кетаминовая терапия", "ketamine"),
        ("kuracja ketaminą", "ketamine"),
        ("KETANEST ampoules", "ketamine"),
        ("Spravato nasal spray", "esketamine"),
        ("Methoxetamine powder", "methoxetamine"),
        ("buy 2-FDCK crystals", "2-fdck"),
        ("2-Fluorodeschloroketamine", "2-fluorodeschloroketamine"),
        ("k3t4mine vials", "ketamine"),
    ],
)
def test_the_pack_names_the_substance(text: str, substance: str) -> None:
    assert named(text) == {substance}


def test_slang_beside_an_offer_is_a_name() -> None:
    assert named("5 g of ket, £40, message to order") == {"ketamine"}


@pytest.mark.parametrize(
    "sale",
    [
        "Special K for sale, stealth shipping",
        "Kitty in stock, Bitcoin only",
        "Buy kitty, no prescription",
        "ketamine and kitty for sale",
    ],
)
def test_an_everyday_word_beside_a_sign_of_the_drug_trade_is_a_name(sale: str) -> None:
    assert named(sale) == {"ketamine"}


@pytest.mark.parametrize(
    "harmless",
    [
        "The kitty sat on the mat",
        "Vitamin K helps blood to clot",
        "Kitty litter 5 kg, £12, add to cart",
        "Snow boots for sale, in stock",
        "Flower pot, buy now",
        "Special K cereal 500 g, add to basket",
        "Speed skates and toilet rolls, order online today",
    ],
)
def test_ordinary_words_and_ordinary_goods_name_no_drug(harmless: str) -> None:
    assert named(harmless) == set()
