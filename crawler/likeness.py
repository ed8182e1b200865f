"""How alike two texts are: a 64-bit simhash for one page over time, MinHash signatures for pages of many sites.

Both are made of shingles, runs of three words; equal texts give equal prints on every machine and version.
"""

import hashlib
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.words import Words

Prints: TypeAlias = NDArray[np.uint64]

SHINGLE: Final = 3
MOST_WORDS: Final = 50_000
SAME_TEXT: Final = 3
"""Two simhashes that differ in no more bits are of one text with trifles changed: a date, a counter, a price."""

PERMUTATIONS: Final = 64
BANDS: Final = 16
"""Texts that share half of their shingles share a band with a chance of 64 %, at four fifths it is 99.98 %."""

_WORDS: Final = Words(r"\w+", lambda character: character.isalnum() or character == "_")
_LONGEST_WORD: Final = 200
_MOST_KEPT: Final = 65_536
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_HIGH: Final = np.uint64(32)


def shingles(text: str) -> Prints:
    """Distinct 64-bit prints of the text's runs of three words, case ignored; a shorter text is one run."""
    words = _WORDS.of(text)[:MOST_WORDS]
    if not words:
        return np.empty(0, np.uint64)
    prints = np.frombuffer(b"".join(map(_PRINTS.__getitem__, words)), ">u8").astype(np.uint64)
    run = min(SHINGLE, len(words))
    joined = np.zeros(len(words) - run + 1, np.uint64)
    with np.errstate(over="ignore"):
        for place in range(run):
            joined = _mixed(joined * _GOLDEN + prints[place : len(words) - run + 1 + place])
    joined.sort()
    # What np.unique gives, which costs five times as much.
    distinct: Prints = joined[np.append(True, joined[1:] != joined[:-1])]
    return distinct


def simhash(text: str) -> str:
    """16 hex digits, of which texts that share most shingles differ in few bits; "" for a text without words."""
    prints = shingles(text)
    if not prints.size:
        return ""
    bits = np.unpackbits(prints.astype(">u8").view(np.uint8)).reshape(-1, 64)
    # Sums up to MOST_WORDS fit 16 bits, in which they cost half.
    counts = bits.sum(axis=0, dtype=np.uint16).astype(np.int64)
    return np.packbits(2 * counts > len(prints)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """The number of bits in which two simhashes differ, 0 to 64; a text without words is 64 from any other."""
    if not one or not other:
        return 0 if one == other else 64
    return (int(one, 16) ^ int(other, 16)).bit_count()


def is_changed(one: str, other: str) -> bool:
    """Whether two simhashes of unequal texts are of texts that a reader would call different."""
    return distance(one, other) > SAME_TEXT


def signature(prints: Prints) -> NDArray[np.uint32]:
    """The MinHash signature of shingles, PERMUTATIONS numbers: their shares of equal places estimate the likeness."""
    if not prints.size:
        return np.full(PERMUTATIONS, 0xFFFFFFFF, np.uint32)
    with np.errstate(over="ignore"):
        lowest = [(_mixed(prints ^ salt) >> _HIGH).min() for salt in _salts()]
    return np.array(lowest, np.uint32)


def likeness(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The estimated share of shingles that two texts have in common, 0 to 1."""
    return float(np.mean(one == other))


def _word_print(word: str) -> bytes:
    """64 bits, the highest first."""
    return hashlib.blake2b(word[:_LONGEST_WORD].encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Prints(dict[str, bytes]):
    """Prints of words met before, all forgotten when they are too many; half the cost of `lru_cache`."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _MOST_KEPT:
            self.clear()
        found = _word_print(word)
        if len(word) <= _LONGEST_WORD:
            self[word] = found
        return found


_PRINTS: Final = _Prints()


@lru_cache(maxsize=1)
def _salts() -> tuple[np.uint64, ...]:
    return tuple(
        np.uint64(int.from_bytes(_word_print(f"permutation {number}"), "big")) for number in range(PERMUTATIONS)
    )


def _mixed(values: Prints) -> Prints:
    """Each bit of the result depends on all bits of the value (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))
