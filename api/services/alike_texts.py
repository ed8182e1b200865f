"""Which pages say nearly the same: groups around the page that was seen first, found in time linear in the pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.likeness import BANDS, PERMUTATIONS, likeness

ALIKE = 0.8
ROWS = PERMUTATIONS // BANDS


@dataclass(frozen=True, slots=True)
class Member:
    """A text of a group by its number, and its likeness to the group's first."""

    number: int
    likeness: float


def group_texts(signatures: NDArray[np.uint32], sites: Sequence[str]) -> tuple[tuple[Member, ...], ...]:
    """Group texts that are alike and stand on two sites or more; one row of `signatures` a text, the first seen first.

    Each is compared with the leaders of the first texts in its bands, never with all that share one, so that a
    million copies of a page cost a million comparisons.
    """
    leaders = list(range(len(signatures)))
    likenesses = [1.0] * len(signatures)
    firsts = _firsts(signatures)
    for number in np.flatnonzero((firsts < np.arange(len(signatures))[:, None]).any(axis=1)).tolist():
        candidates = {leaders[first] for first in firsts[number].tolist() if first < number}
        best = max((likeness(signatures[number], signatures[one]), -one) for one in candidates)
        if best[0] >= ALIKE:
            likenesses[number], leaders[number] = best[0], -best[1]
    groups: defaultdict[int, list[Member]] = defaultdict(list)
    for number, leader in enumerate(leaders):
        groups[leader].append(Member(number, likenesses[number]))
    return tuple(tuple(group) for group in groups.values() if len({sites[member.number] for member in group}) > 1)


def _firsts(signatures: NDArray[np.uint32]) -> NDArray[np.int64]:
    """For each text and band the first text with the same numbers there."""
    columns = []
    for band in range(BANDS):
        part = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS]).view(f"V{4 * ROWS}").ravel()
        _, first, inverse = np.unique(part, return_index=True, return_inverse=True)
        columns.append(first[inverse])
    return np.stack(columns, axis=1) if len(signatures) else np.empty((0, BANDS), np.int64)
