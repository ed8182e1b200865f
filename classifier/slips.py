"""Words with a slip of the hand, innocent or not: letters repeated, two exchanged, one left out."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice, product
from string import ascii_lowercase

IsKeyword = Callable[[str], bool]

MOST_READINGS = 32
LONGEST_KEYWORD = 24
RUN = re.compile(r"(.)\1*")
# Shorter words are too often one letter away from another word.
LONG_ENOUGH_TO_MISS_ONE = 7
# Words of dictionaries in eight languages that are one slip from a keyword.
_REAL_WORDS = frozenset(
    {"additive", "cognitie", "depresion", "discret", "favorite", "mediation", "patents", "saliva", "seeping"}
    | {"simulation", "singed", "sipping", "stellte", "suppler", "truffels", "truffes"}
)


@lru_cache(maxsize=100_000)
def respelt(word: str, is_keyword: IsKeyword) -> str:
    """The keyword that is meant by a word with letters repeated, two exchanged or one left out; else empty."""
    if is_keyword(word) or word in _REAL_WORDS:
        return ""
    return next(filter(is_keyword, _without_slip(word)), "")


def _without_slip(word: str) -> Iterator[str]:
    """What a word may have been before a slip; first and last letter are kept, for readers go by them."""
    runs = [match.group() for match in RUN.finditer(word)]
    if len(runs) < len(word):
        singles = [(run,) if len(run) == 1 else (run[0], run[0] * 2) for run in runs]
        yield from map("".join, islice(product(*singles), MOST_READINGS))
    if len(word) > LONGEST_KEYWORD:
        return
    for i in range(1, len(word) - 2):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if len(word) >= LONG_ENOUGH_TO_MISS_ONE:
        for i in range(1, len(word)):
            for letter in ascii_lowercase:
                yield word[:i] + letter + word[i:]
