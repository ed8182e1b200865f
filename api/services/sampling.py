"""The random sample: pages that people read whatever the model says of them, and what share of pages violates by it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlmodel import Session

from api.store.queries.samples import Stratum, list_strata

FEWEST_READ = 30
"""Read pages of the sample below which nothing is estimated from it."""
ASSUMED_PREVALENCE = 0.2
_KEPT_FOR = timedelta(hours=1)
_TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True)
class Sample:
    """The pages whose ids, which are digests, lie in the first `rate` of all ids: the same ones every week."""

    rate: float

    @property
    def bound(self) -> str:
        """The id below which a page is in the sample."""
        return "g" if self.rate >= 1 else f"{int(self.rate * 16**12):012x}"

    def holds(self, page_id: str) -> bool:
        """Whether the page is one of the sample."""
        return page_id < self.bound


@dataclass(frozen=True, slots=True)
class Estimate:
    """What share of judged pages violates, with a 95 % interval; `read` pages of the sample stand behind it.

    `missed` of the `clear` ones among them violate although the model found nothing.
    """

    share: float
    low: float
    high: float
    read: int
    clear: int
    missed: int


def estimate_prevalence(strata: Sequence[Stratum]) -> Estimate | None:
    """The share by strata of outcome, so that reading flagged pages first bends nothing; None for too few read pages.

    Each stratum's share has Jeffreys' prior, the interval is the normal one of the stratified estimate.
    """
    pages, read = sum(s.pages for s in strata), sum(s.read for s in strata)
    if read < FEWEST_READ or not pages:
        return None
    share = variance = 0.0
    for stratum in strata:
        weight, rate = stratum.pages / pages, (stratum.violating + 0.5) / (stratum.read + 1)
        share += weight * rate
        variance += weight**2 * rate * (1 - rate) / (stratum.read + 2)
    margin = _TWO_SIDED_95 * math.sqrt(variance)
    clear = [s for s in strata if s.is_clear]
    return Estimate(
        share=share,
        low=max(0.0, share - margin),
        high=min(1.0, share + margin),
        read=read,
        clear=sum(s.read for s in clear),
        missed=sum(s.violating for s in clear),
    )


class PrevalenceGauge:
    """The prevalence that probabilities are shown at: as stated, else estimated, else assumed; read once an hour."""

    def __init__(self, sample: Sample, stated: float | None) -> None:
        self.sample = sample
        self.stated = stated
        self._kept: tuple[datetime, float] | None = None
        self._lock = Lock()

    def estimate(self, session: Session) -> Estimate | None:
        """What the sample says at this moment."""
        return estimate_prevalence(list_strata(session, self.sample.bound))

    def read(self, session: Session, now: datetime) -> float:
        """The share of pages that violate, between 0 and 1 and neither."""
        if self.stated is not None:
            return self.stated
        with self._lock:
            if self._kept is None or now - self._kept[0] >= _KEPT_FOR:
                found = self.estimate(session)
                self._kept = (now, ASSUMED_PREVALENCE if found is None else found.share)
            return self._kept[1]
