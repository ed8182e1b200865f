"""Words with a slip of the hand, innocent or not: letters repeated, two exchanged, one left out."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice, product
from string import ascii_lowercase

MOST_READINGS = 32
LONGEST_KEYWORD = 24
RUN = re.compile(r"(.)\1*")
_DOUBLED = re.compile(r"(.)\1")
# Shorter words are too often one letter away from another word.
LONG_ENOUGH_TO_MISS_ONE = 7
# Words of dictionaries in eight languages that are one slip from a keyword.
REAL_WORDS = frozenset(
    {"additive", "cognitie", "depresion", "discret", "favorite", "mediation", "patents", "saliva", "seeping"}
    | {"simulation", "singed", "sipping", "stellte", "suppler", "truffels", "truffes"}
)


class Keywords:
    """The words that people disguise; what one slip makes of each is worked out once, so a word is only looked up."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._without_doubles = frozenset(map(_without_doubles, self._words))
        self._exchanged = _first_meant(self._words, _exchanged)
        self._shortened = _first_meant(self._words, _shortened)
        self.meant_by = lru_cache(maxsize=20_000)(self._meant_by)
        """The keyword meant by a word with letters repeated, two exchanged or one left out; else empty."""

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def _meant_by(self, word: str) -> str:
        if word in self._words or word in REAL_WORDS:
            return ""
        return self._repeated(word) or self._exchanged.get(word, "") or self._shortened.get(word, "")

    def _repeated(self, word: str) -> str:
        """The keyword that a word is with each repeated letter written once or twice."""
        if not _DOUBLED.search(word) or _without_doubles(word) not in self._without_doubles:
            return ""
        runs = [match.group() for match in RUN.finditer(word)]
        singles = [(run,) if len(run) == 1 else (run[0], run[0] * 2) for run in runs]
        readings = map("".join, islice(product(*singles), MOST_READINGS))
        return next(filter(self._words.__contains__, readings), "")


def _without_doubles(word: str) -> str:
    return RUN.sub(r"\1", word)


def _exchanged(word: str) -> Iterator[tuple[str, int]]:
    """The word with two letters exchanged, and where; first and last letter stay, for readers go by them."""
    if len(word) <= LONGEST_KEYWORD:
        for i in range(1, len(word) - 2):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :], i


def _shortened(word: str) -> Iterator[tuple[str, int]]:
    """The word with one letter left out, and where, unless too little or too much is left to be sure of it."""
    if LONG_ENOUGH_TO_MISS_ONE < len(word) <= LONGEST_KEYWORD + 1:
        for i in range(1, len(word) - 1):
            if word[i] in ascii_lowercase:
                yield word[:i] + word[i + 1 :], i


def _first_meant(words: Iterable[str], slip: Callable[[str], Iterator[tuple[str, int]]]) -> dict[str, str]:
    """What each slip was meant to be; where it may be of several words, the one mended nearest to its beginning."""
    made: dict[str, tuple[int, str]] = {}
    for word in words:
        for form, place in slip(word):
            made[form] = min(made.get(form, (place, word)), (place, word))
    return {form: word for form, (_, word) in made.items()}
