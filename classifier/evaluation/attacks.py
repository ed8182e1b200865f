"""Texts disguised as sellers disguise them: pure functions of text, attack, strength and seed.

The look-alike alphabet is held out: for each Latin letter, letters that a reader takes for it by their shape, from
Greek, Cyrillic and its extensions, Armenian, Coptic, Cherokee, Lisu, Canadian syllabics, the phonetic alphabet and
Latin extensions. They were chosen from the Unicode charts before anything was done against them; none is undone by
Unicode's own normalisation or listed in the hand-written groups of classifier.lookalikes.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import ceil
from random import Random
from typing import Literal

from classifier.entities import Role, split_words
from classifier.policy import load_policy

Group = Literal["characters", "spelling", "words", "composed"]
_Change = Callable[[str, Random], str]
_Test = Callable[[str], bool]

STRENGTHS = (0.25, 0.5, 1.0)
"""Shares of the eligible words that are changed."""
LOOKALIKE_ALPHABET: dict[str, str] = dict(
    re.findall(
        r"([a-z])([^a-z\s]+)",
        "aꓮⲁᗅᶏⱥ𐊠Ꭺꬰ bꓐβᗷƀƃᏼⲃ cꓚⲥᑕƈȼꞓ dꓓᗞɖƌᎠᑯᶁδ eꓰⲉɇɘᶒəե fꓝᖴꬵᵮꞙք gꓖɠǥᶃᏻ hꓧⲏɦⱨᕼђꜧի iꓲⲓɨꙇᛁᵻ jꓙɉʄᒍȷ"
        "kꓗⲕƙⱪᶄӄᛕҡ lꓡᏞɭɫƚᒪⱡ mꓟⲙɱᗰᛖᵯ nꓠⲛɲŋƞɳᑎղи oꓳⲟᴑɵⵔᎤഠθ pꓑⲣᵽƥᑭᶈϸ qʠꝗᑫգ rꓣɼɽɾᖇⲅя sꓢᏕʂȿᔕςᵴ"
        "tꓔⲧƭʈŧᎿȶԏ uꓴʉᑌꭎꞟᶙμ vꓦⱱᐯⱴᶌʌ wꓪᎳⱳաⲱᗯ xꓫⲭᶍⵝӽ yꓬᎽⲩƴɏұ zꓜⲍʑƶɀⱬᶎ",
    )
)
"""Each small Latin letter with the letters that pass for it."""
_LEET = {"a": "4", "b": "8", "e": "3", "g": "9", "i": "1", "l": "1", "o": "0", "s": "5", "t": "7", "z": "2"}
_SYMBOLS = {"a": "@", "c": "¢", "e": "€", "i": "!", "l": "|", "s": "$", "t": "+"}
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_MARKS = "\u0301\u0302\u0308\u030a\u0323\u0327\u0331\u0335\u0336\u0338\u0351\u0362"
# Where small a stands in the bold, slanted, script, fraktur, outlined, sans-serif and monospace alphabets.
_MATHS = (0x1D41A, 0x1D482, 0x1D4EA, 0x1D552, 0x1D586, 0x1D5BA, 0x1D5EE, 0x1D68A)
_STREET_NAMES = ("K", "ket", "special K", "vitamin K", "super K", "kitty", "wonk", "donkey dust", "cat valium", "ketty")
_EMOJI = {
    word: line.split()[0]
    for line in """💊 pill pills tablet tablets capsules medicine medication drug drugs
        ❄️ powder ketamine
        💎 crystal crystals shards pure
        💉 vial vials infusion infusions injection injections
        📦 shipping delivery package packaging parcel shipped ships
        🌍 worldwide world international
        🛒 buy order cart shop purchase
        💰 price prices cash payment pay bitcoin crypto
        📲 telegram whatsapp message text contact
        🤫 discreet discreetly stealth secret
        🧠 brain mind mental
        😔 depression sadness anxiety
        ✅ safe approved proven guaranteed
        ⚡ fast rapid quick instant
        🩺 doctor doctors prescription""".splitlines()
    for word in line.split()[1:]
}
_WORD = re.compile(r"[^\W\d_]{3,}")
# Sellers leave addresses whole: a disguised one leads nowhere.
_ADDRESS = re.compile(r"\S*(?:://|@\w|\w\.\w)\S*")
_SELLS_OR_CLAIMS = frozenset({"sale", "price", "evasion", "no_prescription", "sham", "recreational", "claim"})
_GRAMMAR = frozenset({"after", "back", "from", "just", "only", "some", "take", "than", "under", "when", "with", "your"})


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to disguise a text; `apply(text, strength, random)` gives the disguised text."""

    name: str
    group: Group
    apply: Callable[[str, float, Random], str]


def disguise(text: str, attack: Attack, strength: float, seed: int) -> str:
    """`text` with a share (0 to 1) of the attack's eligible words changed, above 0 at least one; same in, same out."""
    key = repr((attack.name, float(strength), seed, text)).encode()
    return attack.apply(text, strength, Random(sha256(key).digest()))  # noqa: S311 - repeatable, no secret


@lru_cache(maxsize=1)
def _keywords() -> tuple[frozenset[str], tuple[str, ...]]:
    """Words that sell or claim, and stems of names, in lower case; from the policy pack."""
    pack = load_policy()
    terms = [term for term in pack.lexicon.terms if term.role is not Role.TREATMENT]
    names = {name for term in terms for name in (*term.names, *term.slang)}
    said = {example.lower() for cue in pack.cues.cues if cue.group in _SELLS_OR_CLAIMS for example in cue.examples}
    words = {word for text in names | said for word in split_words(text) if len(word) > 3 or text == word}
    return frozenset(words) - _GRAMMAR, tuple(stem for term in terms for stem in term.stems)


def is_keyword(word: str) -> bool:
    """Whether a word, in any case, is one that sells or claims."""
    words, stems = _keywords()
    return word.lower() in words or word.lower().startswith(stems)


def _attack(name: str, group: Group, change: _Change, *tests: _Test) -> Attack:
    """An attack that changes a share of the words that pass all tests and are not part of an address."""

    def apply(text: str, strength: float, rng: Random) -> str:
        kept = {place for match in _ADDRESS.finditer(text) for place in range(*match.span())}
        words = [m for m in _WORD.finditer(text) if m.start() not in kept and all(test(m.group()) for test in tests)]
        for match in sorted(rng.sample(words, ceil(strength * len(words))), key=re.Match.start, reverse=True):
            text = text[: match.start()] + change(match.group(), rng) + text[match.end() :]
        return text

    return Attack(name, group, apply)


def _has(letters: Collection[str]) -> _Test:
    return lambda word: any(c in letters for c in word.lower())


def _is_long(word: str) -> bool:
    """Whether a misspelt word is still recognised: five letters or more, the inner ones not all the same."""
    return len(word) >= 5 and len(set(word[1:-1])) > 1


def _replace(table: Mapping[str, Sequence[str]], share: float) -> _Change:
    """Put stand-ins for this share of the letters that have one, at least for one."""

    def change(word: str, rng: Random) -> str:
        chars = list(word)
        places = [i for i, c in enumerate(chars) if c.lower() in table]
        for i in rng.sample(places, ceil(share * len(places))):
            chars[i] = rng.choice(table[chars[i].lower()])
        return "".join(chars)

    return change


def _insert(marks: str) -> _Change:
    """Put one of the characters after every letter but the last."""
    return lambda word, rng: "".join(c + rng.choice(marks) for c in word[:-1]) + word[-1]


def _names_ketamine(word: str) -> bool:
    return word.lower() in ("ketamine", "ketamin", "ketamina", "кетамин")


def _in_maths(word: str, rng: Random) -> str:
    first = rng.choice(_MATHS)
    return "".join(chr(first + ord(c) - ord("a")) if c in LOOKALIKE_ALPHABET else c for c in word.lower())


def _full_width(word: str, _: Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)


def _swap(word: str, rng: Random) -> str:
    i = rng.choice([i for i in range(1, len(word) - 2) if word[i] != word[i + 1]])
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _times(times: Sequence[int]) -> _Change:
    """Write one inner letter so many times."""

    def change(word: str, rng: Random) -> str:
        i = rng.randrange(1, len(word) - 1)
        return word[:i] + word[i] * rng.choice(times) + word[i + 1 :]

    return change


def _then(first: _Change, second: _Change) -> _Change:
    return lambda word, rng: second(first(word, rng), rng)


_leet, _symbols, _look = _replace(_LEET, 0.7), _replace(_SYMBOLS, 0.7), _replace(LOOKALIKE_ALPHABET, 1)
_hide, _dot, _mark = _insert(_ZERO_WIDTH), _insert("."), _insert(_MARKS)
_drop, _repeat = _times((0,)), _times((2, 3, 4))
_latin = _has(LOOKALIKE_ALPHABET)

ATTACKS: tuple[Attack, ...] = (
    _attack("leet in keywords", "characters", _leet, is_keyword, _has(_LEET)),
    _attack("leet", "characters", _leet, _has(_LEET)),
    _attack("symbols for letters", "characters", _symbols, _has(_SYMBOLS)),
    _attack("look-alikes in keywords", "characters", _look, is_keyword, _latin),
    _attack("look-alikes", "characters", _look, _latin),
    _attack("look-alikes for 40 % of letters", "characters", _replace(LOOKALIKE_ALPHABET, 0.4), _latin),
    _attack("zero width in keywords", "characters", _hide, is_keyword),
    _attack("zero width", "characters", _hide),
    _attack("letters spaced in keywords", "characters", _insert(" "), is_keyword),
    _attack("letters dotted", "characters", _dot),
    _attack("mathematical letters", "characters", _in_maths, _latin),
    _attack("full width", "characters", _full_width, _latin),
    _attack("combining marks", "characters", _mark),
    _attack("neighbours swapped", "spelling", _swap, is_keyword, _is_long),
    _attack("letter dropped", "spelling", _drop, is_keyword, _is_long),
    _attack("letter repeated", "spelling", _repeat, is_keyword, _is_long),
    _attack("street names", "words", lambda _, rng: rng.choice(_STREET_NAMES), _names_ketamine),
    _attack("emoji", "words", lambda word, _: _EMOJI[word.lower()], lambda word: word.lower() in _EMOJI),
    _attack("leet, zero width", "composed", _then(_leet, _hide), is_keyword, _has(_LEET)),
    _attack("look-alikes, dots", "composed", _then(_look, _dot), is_keyword, _latin),
    _attack("swap, symbols", "composed", _then(_swap, _symbols), is_keyword, _is_long, _has(_SYMBOLS)),
    _attack("leet, full width", "composed", _then(_leet, _full_width), is_keyword, _has(_LEET)),
    _attack("marks, look-alikes", "composed", _then(_mark, _look), is_keyword, _latin),
    _attack("drop, zero width", "composed", _then(_drop, _hide), is_keyword, _is_long),
    _attack("mathematical, spaced", "composed", _then(_in_maths, _insert(" ")), is_keyword, _latin),
    _attack("repeat, look-alikes", "composed", _then(_repeat, _look), is_keyword, _is_long, _latin),
)
"""The suite: 13 attacks on characters, three on spelling, two on words, and eight that use two ways at once."""
