"""Characters that cannot be seen but change what is read: shown as labelled marks, never passed on to the browser."""

import re
import unicodedata
from dataclasses import dataclass

from markupsafe import Markup, escape

# Controls (but not tab and newline), soft hyphen, bidi controls, zero-width characters, fillers, tags, lone surrogates.
_UNSEEN = (
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
UNSEEN = re.compile(f"([{_UNSEEN}])\\1*")
# Joiners shape Arabic, Indic and emoji sequences; after a letter of a script without joining they hide something.
_JOINERS = "\u200c\u200d"
_FIRST_JOINING = "\u0590"
_WORDS = {
    "\u00ad": "soft hyphen",
    "\u200e": "left to right",
    "\u200f": "right to left",
    "\u202d": "forced order",
    "\u202e": "reversed",
    "\u202c": "end of order",
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "zero width"),
}


@dataclass(frozen=True, slots=True)
class Unseen:
    """A mark for characters that cannot be seen: a word or two, and their full name, code and number."""

    word: str
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text to show; with `unseen` set, `text` is empty and the mark says what stood there."""

    text: str
    unseen: Unseen | None = None


def split_runs(text: str) -> list[Run]:
    """Cut text into readable runs and marks for what cannot be seen; a carriage return counts as a line's end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    runs, done = [], 0
    for match in UNSEEN.finditer(text):
        if match[1] in _JOINERS and match.start() and text[match.start() - 1] >= _FIRST_JOINING:
            continue
        if match.start() > done:
            runs.append(Run(text[done : match.start()]))
        runs.append(Run("", _named(match[1], len(match[0]))))
        done = match.end()
    return [*runs, Run(text[done:])] if done < len(text) else runs


def shown(text: str) -> Markup:
    """Give text safe to place in a page, what cannot be seen marked."""
    return Markup("").join(_mark(run.unseen) if run.unseen else escape(run.text) for run in split_runs(text))


def plain(text: str) -> str:
    """Give text for an attribute or a title: what cannot be seen becomes a middle dot."""
    return "".join("·" if run.unseen else run.text for run in split_runs(text))


def _mark(unseen: Unseen) -> Markup:
    return Markup('<span class="unseen" title="{}">{}</span>').format(unseen.name, unseen.word)


def _named(character: str, times: int) -> Unseen:
    code, counted = f"U+{ord(character):04X}", f" × {times:,}" if times > 1 else ""
    name = unicodedata.name(character, "control character").lower()
    return Unseen(_WORDS.get(character, "invisible") + counted, f"{name} {code}{counted}")
