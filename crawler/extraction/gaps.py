"""What was not seen: reasons to think that the text is not what the page says."""

import re
from dataclasses import dataclass
from typing import Final

TRUNCATED: Final = "truncated"
_HARDLY_ANY: Final = 60
_LITTLE: Final = 400
_SHORT: Final = 2_000
_SCRIPT_SHARE: Final = 0.4
_LONG_SCRIPT: Final = 2_000
_PARKED: Final = re.compile(
    r"(?:this|the)\s{1,3}domain\s{1,3}(?:name\s{1,3})?(?:is|may\s{1,3}be|has|was)\s{1,3}(?:now\s{1,3})?"
    r"(?:for\s{1,3}sale|parked|expired|available\s{1,3}for|registered)"
    r"|buy\s{1,3}this\s{1,3}domain|domain\s{1,3}parking|parked\s{1,3}(?:free|domain)|inquire\s{1,3}about\s{1,3}this\s{1,3}domain"
    r"|account\s{1,3}(?:has\s{1,3}been\s{1,3})?suspended|future\s{1,3}home\s{1,3}of\s{1,3}something",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the reasons are judged by: lengths in characters, counts of elements, and what was cut off on the way."""

    visible: str
    markup_length: int
    images: int
    passwords: int
    scripts: int
    script_length: int
    truncated: bool
    readable: bool


def gaps(evidence: Evidence) -> tuple[str, ...]:
    """The reasons: truncated, unknown_language, empty, image_only, log_in, scripted, parked; none when all was seen."""
    length = len(evidence.visible)
    found = []
    if evidence.truncated:
        found.append(TRUNCATED)
    if not evidence.readable:
        found.append("unknown_language")
    if evidence.passwords and length < _LITTLE:
        found.append("log_in")
    elif length < _SHORT and _PARKED.search(evidence.visible):
        found.append("parked")
    elif length < _HARDLY_ANY:
        found.extend(_thin(evidence, length))
    return tuple(found)


def _thin(evidence: Evidence, length: int) -> list[str]:
    """Why there is hardly any text."""
    if evidence.images:
        return ["image_only"]
    heavy = evidence.script_length >= max(_LONG_SCRIPT, _SCRIPT_SHARE * evidence.markup_length)
    if heavy or (evidence.scripts and not length):
        return ["scripted"]
    return [] if length else ["empty"]
