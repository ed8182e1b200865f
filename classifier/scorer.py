"""The exported linear model scored fast: equal to scikit-learn's pipeline, and its own explanation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from classifier.artifact import Model
from classifier.exemptions import SILENCED
from classifier.features import View, cue_features, features_of_words, word_features, word_grams
from classifier.heads import Logits
from classifier.labels import Family
from classifier.types import Passage

_WORDS_KEPT = 200_000
_PASSAGES_KEPT = 10_000


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

    def speaks_of(self, family: Family) -> bool:
        """Whether no exemption silences it for the family."""
        return self.penalties[family] < SILENCED


class _Word(NamedTuple):
    """The known character grams of a word and their summed weights, for the family heads, which alone have them."""

    grams: int
    weights: tuple[float, ...]


class Scorer:
    """Logits of all heads for passages; what words give is remembered, for passages come back."""

    def __init__(self, model: Model) -> None:
        self.heads = model.heads
        self._intercepts = np.array(model.intercepts, dtype=np.float64)
        self._blocks = {name: (b.vocabulary, b.weights.astype(np.float64)) for name, b in model.blocks.items()}
        self._spelled: dict[str, _Word] = {}
        self._said = lru_cache(maxsize=_PASSAGES_KEPT)(self._say)
        self._of_cues = lru_cache(maxsize=_PASSAGES_KEPT)(self._show)

    def score(self, views: Sequence[View]) -> Logits:
        """One row of logits a view, in the order of `heads`."""
        if not views:
            return np.empty((0, len(self.heads)))
        said = np.array([self._said(view.reading.forms, view.reading.names) for view in views])
        shown = np.array([self._of_cues(cue_features(view)) for view in views])
        total: Logits = said[:, 0] + shown + said[:, 1]
        return total

    def logits(self, view: View) -> Logits:
        """One logit a head, in the order of `heads`."""
        only: Logits = self.score([view])[0]
        return only

    def _say(self, forms: tuple[str, ...], names: tuple[str, ...]) -> Logits:
        """What the words give each head, the base rate with them, and below it what their character grams add."""
        found = np.zeros((2, len(self.heads)))
        rows = self._rows("words", features_of_words(forms, names))
        found[0] = self._intercepts + self._sum("words", rows) / math.sqrt(max(1, len(rows)))
        if forms:
            words = [self._spelled.get(form) or self._word(form) for form in forms]
            root = math.sqrt(max(1, sum(word.grams for word in words)))
            added = [sum(weights) / root for weights in zip(*(word.weights for word in words), strict=True)]
            found[1, : len(added)] = added
        return found

    def _show(self, flags: tuple[str, ...]) -> Logits:
        return self._sum("cues", self._rows("cues", flags))

    def _sum(self, block: str, rows: Sequence[int]) -> Logits:
        summed: Logits = self._blocks[block][1][rows].sum(axis=0)
        return summed

    def shares(self, view: View, head: int) -> tuple[Share, ...]:
        """What each word, cue and the base rate add to one head's logit; they sum to it."""
        words, weights = self._blocks["words"]
        features = word_features(view)
        known = max(1, sum(f in words for f in features))
        scale = 1 / math.sqrt(known)
        tokens = view.tokens
        sums = np.zeros(len(tokens))
        count = len(tokens)

        def add(feature: str, *places: int) -> None:
            row = words.get(feature)
            if row is not None:
                for place in places:
                    sums[place] += weights[row, head] * scale / len(places)

        forms = view.reading.forms
        for place, form in enumerate(forms):
            add(form, place)
        for place, pair in enumerate(zip(("^", *forms), (*forms, "$"), strict=True)):
            add(f"{pair[0]} {pair[1]}", *(p for p in (place - 1, place) if 0 <= p < count))
        if head < len(Family):
            spelled = [self._word(form) for form in forms]
            root = math.sqrt(max(1, sum(word.grams for word in spelled)))
            sums += [word.weights[head] / root for word in spelled]
        shares = [Share(view.normalized.text[t.start : t.end], float(s)) for t, s in zip(tokens, sums, strict=True)]
        shares += self._name_shares(view, head, scale)
        shares += self._cue_shares(view, head)
        return (*shares, Share("base rate", float(self._intercepts[head])))

    def _name_shares(self, view: View, head: int, scale: float) -> list[Share]:
        words, weights = self._blocks["words"]
        return [Share(name, float(weights[words[name], head] * scale)) for name in view.reading.names if name in words]

    def _cue_shares(self, view: View, head: int) -> list[Share]:
        cues, weights = self._blocks["cues"]
        return [Share(f, float(weights[cues[f], head])) for f in cue_features(view) if f in cues]

    def _rows(self, block: str, features: Sequence[str]) -> list[int]:
        vocabulary = self._blocks[block][0]
        return [row for row in map(vocabulary.get, features) if row is not None]

    def _word(self, form: str) -> _Word:
        cached = self._spelled.get(form)
        if cached is None:
            rows = self._rows("chars", word_grams(form))
            cached = _Word(len(rows), tuple(self._sum("chars", rows).tolist()))
            if len(self._spelled) < _WORDS_KEPT:
                self._spelled[form] = cached
        return cached
