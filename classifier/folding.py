"""How each character of a text is read: width, accents, look-alike letters and invisible characters undone."""

import re
import unicodedata
from functools import lru_cache

from classifier.lookalikes import FORMS, INVISIBLE, LOOKALIKES
from classifier.slips import Keywords

# Letters of Latin alphabets that stand for two, and one that NFD does not take apart.
_PLAIN = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
# Where letters of other living scripts stand.
_ELSEWHERE = re.compile("[\u0370-\u1fff\u2c00-\u2dff\u3000-\ud7ff]")
_LETTER = r"[^\W\d_]"
# A word with the marks on its letters, or letters that something other than spaces sets apart.
_WORD = re.compile(
    rf"(?<!{_LETTER}){_LETTER}(?:[.\-_*·~,+/|]{_LETTER}(?!{_LETTER})){{2,}}|{_LETTER}(?:{_LETTER}|[\u0300-\u036f])*"
)
# Between two letters only: around words, emoji and at the start of a file these characters are ordinary.
_HIDDEN = re.compile(rf"(?<={_LETTER})(?!\u00ad)[{''.join(sorted(INVISIBLE))}]+(?={_LETTER})")
_STRETCH = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
_OTHER = re.compile(r"[^\x00-\x7f]")
_LONG_WORD = re.compile(r"\b[a-z]{6,60}\b")


def fold(text: str, keywords: Keywords) -> tuple[str, tuple[int, ...] | None, int]:
    """The text with every character as it is read, the place each came from (None where both run in step), and how
    many were there to disguise."""
    signs = frozenset(_OTHER.findall(text))
    if all(map(_is_sign, signs)):
        for sign in signs:
            text = text.replace(sign, _read_letter(sign))
        return text.lower(), None, 0
    out: list[str] = []
    origins: list[int] = []
    formed: set[int] = set()
    disguised = len(_HIDDEN.findall(text))
    native = _native_letters(text)
    for match in _STRETCH.finditer(text):
        start, end = match.span()
        char = match.group()
        if char.isascii():
            out.append(char.lower())
            origins += range(start, end)
            continue
        if char in INVISIBLE:
            continue
        if start in native:
            folded = char.casefold()
        else:
            folded = _read_letter(char)
            disguised += char in LOOKALIKES or (folded.isascii() and _is_drawn(char))
            if char in FORMS:
                formed.add(len(origins))
        out.append(folded)
        origins += [start] * len(folded)
    read = "".join(out)
    return read, tuple(origins), disguised + (_keywords_at(formed, read, keywords) if formed else 0)


def _keywords_at(places: set[int], text: str, keywords: Keywords) -> int:
    """How many keywords hold one of the places, where letters stand that people write in earnest, but not in these."""
    words = [m for m in _LONG_WORD.finditer(text) if m.group() in keywords]
    return sum(not places.isdisjoint(range(*m.span())) for m in words)


@lru_cache(maxsize=50_000)
def _read_letter(char: str) -> str:
    """What a character is read as: lower case, Latin where it stands in for that, without accents.

    NFKC comes before the look-alikes of what it gives: a full-width I is an i, not an l.
    """
    if char in LOOKALIKES:
        return LOOKALIKES[char]
    pieces = []
    for part in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", char)):
        if unicodedata.category(part) not in ("Mn", "Me"):
            part = (LOOKALIKES.get(part) or FORMS.get(part, part)).lower()
            pieces.append(_PLAIN.get(part) or FORMS.get(part) or LOOKALIKES.get(part, part))
    return "".join(pieces)


@lru_cache(maxsize=50_000)
def _is_sign(char: str) -> bool:
    """Whether a character (a quotation mark, a dash) is read as one and never stands for a letter, whatever is around
    it."""
    read = _read_letter(char)
    stands_in = char in INVISIBLE or char in LOOKALIKES or char in FORMS or (read.isascii() and _is_drawn(char))
    return len(read) == 1 and read == read.lower() and not (stands_in or char.isalpha() or _ELSEWHERE.match(char))


def _is_drawn(char: str) -> bool:
    """Whether a letter is a symbol (circled, squared) or of the mathematical alphabets: no keyboard types them."""
    return unicodedata.category(char) == "So" or "\U0001d400" <= char <= "\U0001d7ff"


def _native_letters(text: str) -> frozenset[int]:
    """Places of letters in words wholly of one other script that are meant so: real Russian or Greek."""
    if not _ELSEWHERE.search(text):
        return frozenset()
    foreign = [m for m in _WORD.finditer(text) if _is_of_one_script(m.group())]
    letters = sum(c.isalpha() for c in text)
    mostly_foreign = 2 * sum(len(m.group()) for m in foreign) > letters
    kept: set[int] = set()
    for match in foreign:
        if mostly_foreign or any(c.isalpha() and c not in LOOKALIKES for c in match.group()):
            kept.update(range(match.start(), match.end()))
    return frozenset(kept)


def _is_of_one_script(word: str) -> bool:
    """Whether all letters are of another script than Latin, and of the same one where look-alikes are among them."""
    scripts = {_script(c) for c in word if c.isalpha()}
    return "" not in scripts and (len(scripts) == 1 or not any(c in LOOKALIKES for c in word))


@lru_cache(maxsize=50_000)
def _script(char: str) -> str:
    """The script that a letter's name begins with; nothing for Latin letters, symbols and scripts no longer written."""
    script = unicodedata.name(char, "?").partition(" ")[0] if _ELSEWHERE.match(char) else ""
    return "" if script == "LATIN" else script
