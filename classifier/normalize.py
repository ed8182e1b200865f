"""Evasion-proof text: what a reader would recognise, in lower case, with the way back to every original code point."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from classifier.lookalikes import INVISIBLE, LOOKALIKES

_LEET = str.maketrans("0134578@$!|€", "oleastbasile")
_LEET_I = str.maketrans("0134578@$!|€", "oieastbasiie")
_LEET_TOKEN = re.compile(r"[\w@$!|€]+")
_UNIT = re.compile(
    r"\d+(?:[.,]\d+)?(?:mg|g|gr|kg|ml|mcg|ug|oz|lb|x|k|cc|l|cm|mm|hz|gb|mb|h|hr|hrs|st|nd|rd|th|am|pm|usd|eur|gbp)?"
)
_HAS_LEET = re.compile(r"[a-z][0-9@$!|€]|[0-9@$!|€][a-z]")
_SPACED = re.compile(r"(?<![^\W_])[a-z](?:[ .\-_*·~,+/|]{1,2}[a-z]){3,40}(?![^\W_])")
# Shortest keyword that is taken out of a spaced run in which other letters stand: "a k e t a m i n e".
_SHORTEST_INSIDE = 5
_REPEATED = re.compile(r"([a-z])\1{2,}")
_STRETCHED = re.compile(r"[a-z]{0,30}([a-z])\1{2,30}[a-z]{0,30}")


@dataclass(frozen=True, slots=True)
class Normalized:
    """`text[i]` came from the original code point `origins[i]`; `origins` is None where both run in step.

    `disguised` counts look-alike letters, characters hidden inside words and undone spellings: a sign of evasion.
    """

    text: str
    origins: tuple[int, ...] | None
    disguised: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) of a stretch of the normalised text."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def normalize(text: str, is_keyword: Callable[[str], bool]) -> Normalized:
    """Fold case, width, accents and look-alike letters, drop invisible characters, undo leet, spacing and stretching.

    A spelling is undone only where that yields a word for which `is_keyword` is true: `500mg` and `mp3` stay.
    """
    if text.isascii():
        folded, origins, disguised = text.lower(), None, 0
    else:
        folded, origins, disguised = _fold(text)
    edits = _undisguise(folded, is_keyword)
    if not edits:
        return Normalized(folded, origins, disguised)
    folded, origins = _apply(folded, origins, edits)
    return Normalized(folded, origins, disguised + len(edits))


def _fold(text: str) -> tuple[str, tuple[int, ...], int]:
    out: list[str] = []
    origins: list[int] = []
    disguised = len(_HIDDEN.findall(text))
    native = _native_letters(text)
    for index, char in enumerate(text):
        if char in INVISIBLE:
            continue
        if char.isascii():
            folded = char.lower()
        elif index in native:
            folded = char.casefold()
        else:
            folded = _fold_char(char)
            disguised += char in LOOKALIKES or (folded.isascii() and _is_drawn(char))
        for piece in folded:
            out.append(piece)
            origins.append(index)
    return "".join(out), tuple(origins), disguised


def _is_drawn(char: str) -> bool:
    """Whether a letter is a symbol (circled, squared) or of the mathematical alphabets: no keyboard types them."""
    return unicodedata.category(char) == "So" or "\U0001d400" <= char <= "\U0001d7ff"


def _fold_char(char: str) -> str:
    """NFKC before look-alikes: a full-width I is an i, not an l."""
    pieces = []
    for piece in unicodedata.normalize("NFKC", char):
        piece = LOOKALIKES.get(piece, piece)
        for part in unicodedata.normalize("NFD", piece):
            if unicodedata.category(part) not in ("Mn", "Me"):
                part = part.casefold()
                pieces.append(_PLAIN.get(part) or LOOKALIKES.get(part, part))
    return "".join(pieces)


# Letters of Latin alphabets that NFD does not take apart.
_PLAIN = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
_WORD = re.compile(r"[^\W\d_]+")
# Between two letters only: around words, emoji and at the start of a file these characters are ordinary.
_HIDDEN = re.compile(rf"(?<=[^\W\d_])(?!\u00ad)[{''.join(sorted(INVISIBLE))}]+(?=[^\W\d_])")


def _native_letters(text: str) -> frozenset[int]:
    """Places of letters in words wholly of another script that are meant so: real Russian or Greek."""
    words = [m for m in _WORD.finditer(text) if not m.group().isascii()]
    foreign = [m for m in words if all(_is_foreign(c) for c in m.group())]
    if not foreign:
        return frozenset()
    latin = sum("a" <= c <= "z" or "A" <= c <= "Z" for c in text)
    mostly_foreign = sum(len(m.group()) for m in foreign) > latin
    kept: set[int] = set()
    for match in foreign:
        if mostly_foreign or any(c not in LOOKALIKES for c in match.group()):
            kept.update(range(match.start(), match.end()))
    return frozenset(kept)


def _is_foreign(char: str) -> bool:
    return "\u0370" <= char <= "\u05ff" or "\u0600" <= char <= "\u1fff" or "\u3000" <= char <= "\ud7ff"


def _undisguise(text: str, is_keyword: Callable[[str], bool]) -> list[tuple[int, int, str]]:
    edits: list[tuple[int, int, str]] = []
    for match in _SPACED.finditer(text):
        joined = re.sub(r"[^a-z]", "", match.group())
        found = _find_keyword(joined, is_keyword)
        if found:
            edits.append((match.start(), match.end(), found))
    if _HAS_LEET.search(text):
        edits += _unleet(text, is_keyword)
    if _REPEATED.search(text):
        for match in _STRETCHED.finditer(text):
            for keep in ("\\1", "\\1\\1"):
                word = _REPEATED.sub(keep, match.group())
                if is_keyword(word):
                    edits.append((match.start(), match.end(), word))
                    break
    return _without_overlap(edits)


def _unleet(text: str, is_keyword: Callable[[str], bool]) -> list[tuple[int, int, str]]:
    edits = []
    for match in _LEET_TOKEN.finditer(text):
        token = match.group().rstrip("!|")
        if len(token) < 3 or token.isalpha() or not re.search("[a-z]", token) or _UNIT.fullmatch(token):
            continue
        for table in (_LEET, _LEET_I):
            word = token.translate(table)
            if is_keyword(word):
                edits.append((match.start(), match.start() + len(token), word))
                break
    return edits


def _find_keyword(joined: str, is_keyword: Callable[[str], bool]) -> str:
    """`joined` itself, cut into two or three keywords, or a keyword with what stands before or after; else empty."""
    if is_keyword(joined):
        return joined
    for cut in range(2, len(joined) - 1):
        head, tail = joined[:cut], joined[cut:]
        if is_keyword(head):
            rest = tail if is_keyword(tail) else ""
            if not rest:
                for second in range(2, len(tail) - 1):
                    if is_keyword(tail[:second]) and is_keyword(tail[second:]):
                        rest = f"{tail[:second]} {tail[second:]}"
                        break
            if rest:
                return f"{head} {rest}"
    for cut in range(1, len(joined) - _SHORTEST_INSIDE + 1):
        if is_keyword(joined[cut:]):
            return f"{joined[:cut]} {joined[cut:]}"
    for cut in range(len(joined) - 1, _SHORTEST_INSIDE - 1, -1):
        if is_keyword(joined[:cut]):
            return f"{joined[:cut]} {joined[cut:]}"
    return ""


def _without_overlap(edits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for edit in sorted(edits):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


def _apply(
    text: str, origins: tuple[int, ...] | None, edits: list[tuple[int, int, str]]
) -> tuple[str, tuple[int, ...]]:
    source = origins if origins is not None else tuple(range(len(text)))
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for start, end, word in edits:
        pieces += [text[at:start], word]
        places += source[at:start]
        width = end - start
        places += (source[start + min(i * width // len(word), width - 1)] for i in range(len(word) - 1))
        places.append(source[end - 1])
        at = end
    pieces.append(text[at:])
    places += source[at:]
    return "".join(pieces), tuple(places)
