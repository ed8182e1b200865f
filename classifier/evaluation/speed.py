"""How fast one core judges: the model alone, and raw text to findings."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from classifier.features import Viewer
from classifier.predictor import Predictor
from classifier.reading import read_page
from classifier.scorer import Scorer
from classifier.types import TextContent

_ROUNDS = 3
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Speed:
    """Passages a second of CPU time on one core: scoring what has been read, and from raw text to findings."""

    model_only: float
    raw_text: float
    passages: int


def measure_speed(predictor: Predictor, texts: Sequence[str], as_of: date) -> Speed:
    """The best of three rounds over texts, counted in the passages that they are split into."""
    viewer = Viewer(predictor.pack)
    views = [seen.view for text in texts for seen in read_page(TextContent(text), viewer)]
    model = _best(lambda: Scorer(predictor.model), lambda scorer: scorer.score(views))
    raw = _best(
        lambda: Predictor(predictor.model, predictor.pack),
        lambda fresh: [fresh.judge(TextContent(text), as_of) for text in texts],
    )
    return Speed(len(views) / model, len(views) / raw, len(views))


def _best(make: Callable[[], _T], work: Callable[[_T], object]) -> float:
    """Seconds of the fastest round; each works with a new one, which remembers no passage."""
    seconds = []
    for _ in range(_ROUNDS):
        made = make()
        start = time.process_time()
        work(made)
        seconds.append(time.process_time() - start)
    return max(min(seconds), 1e-9)
