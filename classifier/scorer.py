"""The exported linear model scored fast: equal to scikit-learn's pipeline, and its own explanation."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from classifier.artifact import BlockWeights, Model
from classifier.exemptions import SILENCED
from classifier.features import Signs, View, cue_features, flags, signs, word_features
from classifier.heads import Logits
from classifier.labels import Family
from classifier.types import Passage
from classifier.words import BEGINNING, END, Numbers, Words

_WORDS_KEPT = 200_000
_SIGNS_KEPT = 20_000


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
    logits: Sequence[float]
    penalties: dict[Family, float]

    def speaks_of(self, family: Family) -> bool:
        """Whether no exemption silences it for the family."""
        return self.penalties[family] < SILENCED


class _Block:
    """Weights (features x heads) that are summed over the features of many passages at once.

    What takes time is to fetch them, each row from another place in memory: so a row lies in one piece.
    """

    def __init__(self, block: BlockWeights) -> None:
        self.vocabulary = block.vocabulary
        self.nothing = len(block.weights)
        """The row after the last one, which adds nothing."""
        self.weights = np.zeros((self.nothing + 1, block.weights.shape[1]), block.weights.dtype)
        self.weights[: self.nothing] = block.weights

    def rows(self, features: Iterable[str]) -> tuple[int, ...]:
        """The rows of the features that are known."""
        return tuple([row for row in map(self.vocabulary.get, features) if row is not None])

    def sums(self, rows: Numbers | Sequence[int], starts: Sequence[int]) -> Logits:
        """The sums of the rows from each start on."""
        summed: Logits = np.add.reduceat(self.weights.take(rows, axis=0).astype(np.float64), starts, axis=0)
        return summed

    def sums_of_each(self, passages: Iterable[Sequence[int]]) -> Logits:
        """For each passage the sum of its rows, of which there may be none."""
        rows: list[int] = []
        starts = []
        for of_passage in passages:
            starts.append(len(rows))
            rows.append(self.nothing)
            rows += of_passage
        return self.sums(rows, starts)


class Scorer:
    """Logits of all heads for passages; what words give is remembered, for passages come back."""

    def __init__(self, model: Model) -> None:
        self.heads = model.heads
        self._intercepts = np.array(model.intercepts, dtype=np.float64)
        self._words, self._cues = _Block(model.blocks["words"]), _Block(model.blocks["cues"])
        self._grams = model.blocks["chars"]
        self._words_seen = Words(self._words.vocabulary, self._grams)
        self._shown = lru_cache(maxsize=_SIGNS_KEPT)(self._show)

    def score(self, views: Sequence[View]) -> Logits:
        """One row of logits a view, in the order of `heads`."""
        if not views:
            return np.empty((0, len(self.heads)))
        words = self._known_words()
        numbers: list[int] = []
        starts = []
        for view in views:
            starts.append(len(numbers))
            numbers.append(BEGINNING)
            if view.reading.forms:
                numbers += map(words.__getitem__, view.reading.forms)
                numbers.append(END)
        told = np.array(numbers)
        shown = self._cues.sums_of_each([row for sign in signs(view) for row in self._shown(sign)] for view in views)
        total = self._said(words, told, starts, [view.reading.names for view in views]) + self._intercepts + shown
        spelled = np.add.reduceat(words.spelled(told), starts, axis=0)
        total[:, : spelled.shape[1] - 1] += spelled[:, 1:] / np.sqrt(np.maximum(1, spelled[:, :1]))
        return total

    def logits(self, view: View) -> Logits:
        """One logit a head, in the order of `heads`."""
        only: Logits = self.score([view])[0]
        return only

    def _known_words(self) -> Words:
        if len(self._words_seen) > _WORDS_KEPT:
            self._words_seen = Words(self._words.vocabulary, self._grams)
        return self._words_seen

    def _said(self, words: Words, told: Numbers, starts: Sequence[int], names: Sequence[Sequence[str]]) -> Logits:
        """What words, pairs of them and names give each head."""
        rows, pairs = words.rows(told)
        summed = self._words.sums(rows, starts) + self._words.sums(pairs, starts)
        nothing = self._words.nothing
        known = np.add.reduceat(np.add(rows != nothing, pairs != nothing, dtype=np.int64), starts)
        if any(names):
            named = [self._words.rows(one) for one in names]
            summed += self._words.sums_of_each(named)
            known += [len(one) for one in named]
        said: Logits = summed / np.sqrt(np.maximum(1, known))[:, None]
        return said

    def _show(self, sign: Signs) -> tuple[int, ...]:
        return self._cues.rows(flags(sign))

    def shares(self, view: View, head: int) -> tuple[Share, ...]:
        """What each word, cue and the base rate add to one head's logit; they sum to it."""
        words, weights = self._words.vocabulary, self._words.weights
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
                    sums[place] += float(weights[row, head]) * scale / len(places)

        forms = view.reading.forms
        for place, form in enumerate(forms):
            add(form, place)
        for place, pair in enumerate(zip(("^", *forms), (*forms, "$"), strict=True)):
            add(f"{pair[0]} {pair[1]}", *(p for p in (place - 1, place) if 0 <= p < count))
        if head < len(Family):
            seen = self._known_words()
            spelled = seen.spelled(np.array([seen[form] for form in forms], dtype=np.int64))
            sums += spelled[:, 1 + head] / math.sqrt(max(1, spelled[:, 0].sum()))
        shares = [Share(view.normalized.text[t.start : t.end], float(s)) for t, s in zip(tokens, sums, strict=True)]
        shares += self._name_shares(view, head, scale)
        shares += self._cue_shares(view, head)
        return (*shares, Share("base rate", float(self._intercepts[head])))

    def _name_shares(self, view: View, head: int, scale: float) -> list[Share]:
        words, weights = self._words.vocabulary, self._words.weights
        return [Share(name, float(weights[words[name], head]) * scale) for name in view.reading.names if name in words]

    def _cue_shares(self, view: View, head: int) -> list[Share]:
        cues, weights = self._cues.vocabulary, self._cues.weights
        return [Share(f, float(weights[cues[f], head])) for f in cue_features(view) if f in cues]
