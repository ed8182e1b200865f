"""Which language a text is in, by its most common words, and whether it can be read at all."""

import re
from collections import Counter
from itertools import chain
from typing import Final

from crawler.extraction.elements import names
from crawler.extraction.words import Words, beyond_ascii

_STOP_WORDS: Final = {
    "en": names("the and of to in is for that with on are this it be as your you from by or we have not was at our"),
    "es": names("el la de que y los las en un una por con para es se del al como más pero sus lo su este son está"),
    "fr": names("le la les de des et en un une du est pour que qui dans sur avec au pas par vous nous ce cette sont"),
    "de": names("der die das und ist ein eine zu den von mit für auf im nicht dem des sich auch sie es an bei oder"),
    "it": names("il la di che e le per un una in del con non della sono i gli al da come più si nel alla anche questo"),
    "pt": names("o a de que e do da em um uma para com não os as no na por mais dos das se ao são seu sua você é"),
    "nl": names("de het een en van in is op te dat voor met zijn niet aan er ook als bij om door naar wij deze uw je"),
    "pl": names("w i na z do nie się jest to że o jak po od za dla przez są oraz ale lub przy może być ten tym czy"),
    "ru": names("и в на не с что по для это из от как к у или за при мы вы его но так же до все она он было будет"),
}
_UNREAD: Final = {
    "sv": names("och att det som på är av för inte en den till med har om ett men var sig så från vi kan när"),
    "da": names("og at det som på er af for ikke en den til med har om et men var sig så fra vi kan når jeg der"),
    "fi": names("ja on ei se että oli mutta tai kun niin kuin ovat myös joka sen hän olla mitä jos vain"),
    "cs": names("a je se na že v s z do i to o k ve pro za by ale si po jako jsou nebo která který jsem"),
    "hu": names("a az és hogy nem is egy van ez csak meg de ha mint vagy volt el már még azt"),
    "ro": names("și în de la cu nu pe un o este că din pentru mai sau care sunt ce se au fost fi"),
    "tr": names("ve bir bu da de için ile çok ne daha gibi olarak en var ama kadar sonra değil veya olan"),
    "id": names("yang dan di ini itu untuk dengan dari tidak ke pada adalah akan juga atau ada dapat kami anda"),
    "uk": names("і в на не що з до та це як за для у від але про є або й його бути ми ви"),
}
"""Languages that are told apart only to know that they cannot be read."""

_ALL_WORDS: Final = {**_STOP_WORDS, **_UNREAD}
_CODES: Final = {
    word: tuple(code for code, stops in _ALL_WORDS.items() if word in stops)
    for word in frozenset[str]().union(*_ALL_WORDS.values())
}
_WORDS: Final = Words(r"[^\W\d_]+", lambda character: character.isalnum() and not character.isdecimal())
_READ: Final = 10_000
_LONG_TEXT: Final = 600
_FEWEST_HITS: Final = 4
_FEWEST_WORDS: Final = 3
_LEAST_SHARE: Final = 0.03
_DECLARED_SHARE: Final = 0.01
_LEAD: Final = 1.15

_UNREADABLE: Final = re.compile(
    "[\u0530-\u1cff\u2c80-\u2dff\u2e80-\ua63f\ua66e-\ua6ff\ua720-\uab2f\uab70-\ufaff\ufb13-\ufdff\ufe70-\ufefc\uff66-\uffdc"
    "\U00010000-\U0001d3ff\U00020000-\U0003ffff]+"
)
_UNREADABLE_SHARE: Final = 0.4
_FEWEST_LETTERS: Final = 20


def detect(text: str, declared: str) -> tuple[str, bool]:
    """ISO 639-1 code ("" when unknown) and whether the text can be read.

    Common words outweigh `declared`, which is often a template's default. A text cannot be read when much of it is in
    a script other than Latin, Greek and Cyrillic, or when it is long and has the common words of no known language.
    """
    primary = re.split(r"[-_,; ]", declared.strip().lower(), maxsplit=1)[0][:8]
    words = _WORDS.of(text[:_READ])
    letters = sum(map(len, words))
    unreadable = sum(map(len, _UNREADABLE.findall(beyond_ascii(text))))
    if unreadable >= _FEWEST_LETTERS and unreadable > _UNREADABLE_SHARE * max(letters, len(text) / 2):
        return primary, False
    guessed = _guess(words, primary)
    return guessed or primary, guessed in _STOP_WORDS or letters < _LONG_TEXT


def _guess(words: list[str], declared: str) -> str:
    """The language with clearly the most common words; a list of goods has few, so the declared one needs fewer."""
    counts = Counter(filter(_CODES.__contains__, words))
    # How many different ones counts first: `a` and `z` fill lists of sizes in any language.
    different = Counter(chain.from_iterable(map(_CODES.__getitem__, counts)))
    (code, most), (_, second) = (*different.most_common(2), ("", 0), ("", 0))[:2]
    if most < max(_FEWEST_WORDS, _LEAD * second):
        return ""
    hits = sum(count for word, count in counts.items() if code in _CODES[word])
    share = _DECLARED_SHARE if code == declared else _LEAST_SHARE
    return code if hits >= max(_FEWEST_HITS, share * len(words)) else ""
