"""The exported linear model scored fast: equal to scikit-learn's pipeline, and its own explanation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from classifier.artifact import Model
from classifier.exemptions import SILENCED
from classifier.features import View, cue_features, word_features, word_grams
from classifier.heads import Logits
from classifier.labels import Family
from classifier.types import Passage

_CACHE_LIMIT = 200_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one word or cue adds to a logit."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with its view, its calibrated logits of all heads, and how far an exemption lowers each family's."""

    passage: Passage
    view: View
    logits: Logits
    penalties: dict[Family, float]

    @property
    def speaks_of(self) -> frozenset[Family]:
        """The families for which no exemption silences it."""
        return frozenset(family for family, lowered in self.penalties.items() if lowered < SILENCED)


class _Word(NamedTuple):
    """The known character grams of a word and their summed weights, for the family heads, which alone have them."""

    grams: int
    weights: tuple[float, ...]


class Scorer:
    """Logits of all heads for passages; a word's character grams are summed once and remembered."""

    def __init__(self, model: Model) -> None:
        self.heads = model.heads
        self._model = model
        self._intercepts = np.array(model.intercepts, dtype=np.float64)
        self._blocks = {name: (b.vocabulary, b.weights.astype(np.float64)) for name, b in model.blocks.items()}
        self._word_cache: dict[str, _Word] = {}

    def logits(self, view: View) -> Logits:
        """One logit a head, in the order of `heads`."""
        total = self._intercepts.copy()
        for block, features in (("words", word_features(view)), ("cues", cue_features(view))):
            rows = self._rows(block, features)
            if rows:
                summed = self._blocks[block][1][rows].sum(axis=0)
                total += summed if block == "cues" else summed / math.sqrt(len(rows))
        words = [self._word(token.form) for token in view.tokens]
        if words:
            root = math.sqrt(max(1, sum(word.grams for word in words)))
            for head, weights in enumerate(zip(*(word.weights for word in words), strict=True)):
                total[head] += sum(weights) / root
        return total

    def shares(self, view: View, head: int) -> tuple[Share, ...]:
        """What each word, cue and the base rate add to one head's logit; they sum to it."""
        words, weights = self._blocks["words"]
        features = word_features(view)
        known = max(1, sum(f in words for f in features))
        scale = 1 / math.sqrt(known)
        sums = np.zeros(len(view.tokens))
        count = len(view.tokens)

        def add(feature: str, *places: int) -> None:
            row = words.get(feature)
            if row is not None:
                for place in places:
                    sums[place] += weights[row, head] * scale / len(places)

        forms = [token.form for token in view.tokens]
        for place, form in enumerate(forms):
            add(form, place)
        for place, pair in enumerate(zip(("^", *forms), (*forms, "$"), strict=True)):
            add(f"{pair[0]} {pair[1]}", *(p for p in (place - 1, place) if 0 <= p < count))
        if head < len(Family):
            spelled = [self._word(form) for form in forms]
            root = math.sqrt(max(1, sum(word.grams for word in spelled)))
            sums += [word.weights[head] / root for word in spelled]
        shares = [
            Share(view.normalized.text[t.start : t.end], float(s)) for t, s in zip(view.tokens, sums, strict=True)
        ]
        shares += self._name_shares(view, head, scale)
        shares += self._cue_shares(view, head)
        return (*shares, Share("base rate", float(self._intercepts[head])))

    def _name_shares(self, view: View, head: int, scale: float) -> list[Share]:
        words, weights = self._blocks["words"]
        return [Share(name, float(weights[words[name], head] * scale)) for name in view.names if name in words]

    def _cue_shares(self, view: View, head: int) -> list[Share]:
        cues, weights = self._blocks["cues"]
        return [Share(f, float(weights[cues[f], head])) for f in cue_features(view) if f in cues]

    def _rows(self, block: str, features: Sequence[str]) -> list[int]:
        vocabulary = self._blocks[block][0]
        return [row for row in map(vocabulary.get, features) if row is not None]

    def _word(self, form: str) -> _Word:
        cached = self._word_cache.get(form)
        if cached is None:
            rows = self._rows("chars", word_grams(form))
            cached = _Word(len(rows), tuple(self._blocks["chars"][1][rows].sum(axis=0).tolist()))
            if len(self._word_cache) < _CACHE_LIMIT:
                self._word_cache[form] = cached
        return cached
