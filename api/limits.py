"""How much a key may ask for: a bucket of units that fills up again; one unit is about one look-up."""

import math
from collections.abc import Callable
from dataclasses import dataclass

CAPACITY = 3000
UNITS_PER_SECOND = 100.0
# Judging starts a model on up to megabytes of text, a look-up reads a dictionary.
JUDGE_UNITS = 20


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether units were taken, how many are left, and in how many seconds there are enough, and all, of them."""

    is_granted: bool
    remaining: int
    wait_seconds: int
    full_seconds: int


class TokenBuckets:
    """One bucket a key, in memory; `monotonic` gives seconds that only grow."""

    def __init__(
        self, monotonic: Callable[[], float], *, capacity: int = CAPACITY, per_second: float = UNITS_PER_SECOND
    ) -> None:
        self._monotonic = monotonic
        self._capacity = capacity
        self._per_second = per_second
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str, units: int) -> Allowance:
        """Take units of a key's bucket, all of them or none."""
        now = self._monotonic()
        level, since = self._levels.get(key_id, (float(self._capacity), now))
        level = min(self._capacity, level + (now - since) * self._per_second)
        is_granted = level >= units
        level -= units if is_granted else 0
        self._levels[key_id] = (level, now)
        return Allowance(
            is_granted,
            int(level),
            0 if is_granted else max(1, self._seconds(units - level)),
            self._seconds(self._capacity - level),
        )

    @property
    def policy(self) -> str:
        """The RateLimit-Policy header: units in a window, in seconds."""
        return f'"units";q={self._capacity};w={math.ceil(self._capacity / self._per_second)}'

    def _seconds(self, units: float) -> int:
        return math.ceil(units / self._per_second)
