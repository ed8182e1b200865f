"""Words as numbers, so that those of a whole page are looked up together."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from classifier.artifact import BlockWeights
from classifier.features import word_grams

BEGINNING, END = 0, 1
"""The numbers of what stands before the first word of a passage and after its last, as a side of a pair."""
_EDGES = ("^", "$")
_FIRST_ROOM = 4096
Numbers = NDArray[np.int64]


class Words(dict[str, int]):
    """The number of every word asked for; by number, its row among the weights and what its character grams weigh.

    Threads may share it: a number is given only when everything by it has been written down.
    """

    def __init__(self, vocabulary: dict[str, int], grams: BlockWeights) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._grams = grams.vocabulary
        self._gram_weights: list[list[float]] = grams.weights.tolist()
        pairs = [(feature.split(" "), row) for feature, row in vocabulary.items() if " " in feature]
        self._sides = {
            word: side for side, word in enumerate(dict.fromkeys(word for pair, _ in pairs for word in pair))
        }
        keys = {self._sides[first] * self._stride + self._sides[second]: row for (first, second), row in pairs}
        # The last key is of no pair, so that there is a place for every key that is looked for.
        self._keys = np.array([*sorted(keys), np.iinfo(np.int64).max])
        self._pair_rows = np.array([*(keys[key] for key in sorted(keys)), len(vocabulary)])
        self._unknown = len(vocabulary), len(self._sides)
        self._adding = Lock()
        # By number: row and side, then how many grams are known and what they weigh for each family head.
        self._places: Numbers = np.empty((_FIRST_ROOM, 2), np.int64)
        self._spelled = np.zeros((_FIRST_ROOM, 1 + grams.weights.shape[1]))
        self._places[: len(_EDGES)] = [(self._unknown[0], self._sides.get(edge, self._unknown[1])) for edge in _EDGES]

    @property
    def _stride(self) -> int:
        """Sides of pairs, and one more for the words that are in none."""
        return len(self._sides) + 1

    def rows(self, words: Numbers) -> tuple[Numbers, Numbers]:
        """The row of each word and of its pair with the word after it; where there is none, the row after the last."""
        rows, sides = self._places[words].T
        keys = sides * self._stride
        keys[:-1] += sides[1:]
        keys[-1:] = -1
        at = np.searchsorted(self._keys, keys)
        return rows, np.where(self._keys[at] == keys, self._pair_rows[at], self._unknown[0])

    def spelled(self, words: Numbers) -> NDArray[np.float64]:
        """For each word how many of its character grams are known, and what they weigh for each family head."""
        return self._spelled[words]

    def __missing__(self, word: str) -> int:
        grams = [self._gram_weights[row] for row in map(self._grams.get, word_grams(word)) if row is not None]
        row, side = self._vocabulary.get(word, self._unknown[0]), self._sides.get(word, self._unknown[1])
        with self._adding:
            number = len(_EDGES) + len(self)
            if number == len(self._places):
                self._places = np.concatenate([self._places, np.empty_like(self._places)])
                self._spelled = np.concatenate([self._spelled, np.zeros_like(self._spelled)])
            self._places[number] = row, side
            self._spelled[number] = (len(grams), *map(sum, zip(*grams, strict=True))) if grams else 0
            return self.setdefault(word, number)
