"""What a page tells one reader and not the other: two documents of one address compared, honest changes set aside."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crawler.items import Document
from crawler.likeness import likeness, shingles, signature

CONTACTS: Final = frozenset({"phone", "email", "messenger", "wallet"})
"""What a seller gives to those who are to buy; a price or a payment word also stands in anybody's advertisement."""

LEAST_SHARE: Final = 0.35
"""Of the words of either text, beyond which the other reader is told something else; an advertisement takes less."""
LEAST_WORDS: Final = 25
LEAST_SHARE_WITH_CONTACT: Final = 0.1
MOST_TOLD: Final = 40
LONGEST: Final = 500

_DIGITS: Final = re.compile(r"\d+")
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Difference:
    """The text blocks and signals that only the first reader was told (`gone`) or only the second (`come`).

    `likeness` is the share of shingles in common, 0 to 1; `is_real` when more differs than advertisements, dates and
    counters do.
    """

    likeness: float
    gone: tuple[str, ...]
    come: tuple[str, ...]
    signals_gone: tuple[str, ...]
    signals_come: tuple[str, ...]
    is_real: bool


def compare(first: Document, second: Document) -> Difference:
    """Compare what two readers are told; numbers, case and spacing do not count."""
    mine, theirs = _blocks(first), _blocks(second)
    gone, come = _only(mine, theirs), _only(theirs, mine)
    signals, other_signals = _signals(first), _signals(second)
    signals_gone, signals_come = sorted(signals - other_signals), sorted(other_signals - signals)
    has_contact = any(kind in CONTACTS for kind, _ in (*signals_gone, *signals_come))
    share = max(_share(gone, mine), _share(come, theirs))
    words = sum(len(_WORD.findall(block)) for block in (*gone, *come))
    is_real = (share >= LEAST_SHARE and words >= LEAST_WORDS) or (has_contact and share >= LEAST_SHARE_WITH_CONTACT)
    return Difference(
        likeness=round(likeness(signature(shingles(first.text)), signature(shingles(second.text))), 3),
        gone=_told(gone),
        come=_told(come),
        signals_gone=_told(f"{kind}: {value}" for kind, value in signals_gone),
        signals_come=_told(f"{kind}: {value}" for kind, value in signals_come),
        is_real=is_real,
    )


def _blocks(document: Document) -> list[str]:
    shown = (document.text[block.start : block.end] for block in document.blocks if not block.hidden)
    return [block for text in shown if (block := _SPACE.sub(" ", text).strip())]


def _only(blocks: list[str], others: list[str]) -> list[str]:
    """Give the blocks that the other side has not, each as often as it is missing."""
    left = Counter(_folded(block) for block in others)
    missing = []
    for block in blocks:
        folded = _folded(block)
        if left[folded] > 0:
            left[folded] -= 1
        else:
            missing.append(block)
    return missing


def _folded(block: str) -> str:
    return _DIGITS.sub("0", block.casefold())


def _share(part: list[str], whole: list[str]) -> float:
    count = sum(len(_WORD.findall(block)) for block in whole)
    return sum(len(_WORD.findall(block)) for block in part) / count if count else 0.0


def _signals(document: Document) -> set[tuple[str, str]]:
    return {(signal.kind, _SPACE.sub(" ", signal.value).strip().casefold()) for signal in document.signals}


def _told(lines: Iterable[str]) -> tuple[str, ...]:
    short = (line if len(line) <= LONGEST else line[: LONGEST - 1] + "…" for line in lines)
    return tuple(list(short)[:MOST_TOLD])
