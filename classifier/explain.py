"""The words for and against, strongest first, in a reviewer's words."""

from collections.abc import Sequence
from functools import lru_cache

from classifier.scorer import Share
from classifier.types import Reason

_SHOWN_FOR = 5
_SHOWN_AGAINST = 3
_WORDING = {
    "cue": "wording: {}",
    "lead": "wording of the heading: {}",
    "group": "kind of wording: {}",
    "names": "names a {}",
    "near": "a {} is named nearby",
    "length": "length of the passage",
}
_PAIR = " & "


def reasons_for(shares: Sequence[Share]) -> tuple[Reason, ...]:
    """The strongest shares for and against; equal words are added up."""
    totals: dict[str, float] = {}
    for share in shares:
        text = _in_words(share.text)
        totals[text] = totals.get(text, 0.0) + share.weight
    totals.pop("base rate", None)
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    strongest = [item for item in ordered if item[1] > 0.02][:_SHOWN_FOR]
    weakest = [item for item in reversed(ordered) if item[1] < -0.02][:_SHOWN_AGAINST]
    return tuple(Reason(text, round(weight, 4)) for text, weight in (*strongest, *weakest))


@lru_cache(maxsize=20_000)
def _in_words(feature: str) -> str:
    if _PAIR in feature:
        return " together with ".join(part.replace(":", " a ").replace("_", " ") for part in feature.split(_PAIR))
    kind, separator, rest = feature.partition(":")
    if separator and kind in _WORDING:
        return _WORDING[kind].format(rest.replace("_", " "))
    return feature.replace("+", " + ") if "+" in feature else feature
