"""Quotes with the words that speak for the finding set apart."""

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from api.console.invisible import shown

ROW_LENGTH = 220
MOST_WORDS = 40
SHORTEST_WORD = 3

Reason = Mapping[str, str | float]


def telling_words(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Give the texts of the reasons that speak for a finding and mean something, the weightiest first."""
    speaking = [reason for reason in reasons if float(reason["weight"]) > 0 and _tells(str(reason["text"]))]
    ordered = sorted(speaking, key=lambda reason: -float(reason["weight"]))
    return tuple(str(reason["text"]) for reason in ordered[:MOST_WORDS])


def emphasised(quote: str, words: Sequence[str]) -> Markup:
    """Give the quote with each of the words in a `<b>`."""
    found = _pattern(words)
    if found is None:
        return shown(quote)
    parts = found.split(quote)
    return Markup("").join(Markup("<b>{}</b>").format(shown(p)) if i % 2 else shown(p) for i, p in enumerate(parts))


def excerpt(quote: str, words: Sequence[str], length: int = ROW_LENGTH) -> str:
    """Give at most `length` characters of the quote, around the first telling word where that lies further on."""
    flat = " ".join(quote.split())
    if len(flat) <= length:
        return flat
    found = _pattern(words)
    match = found.search(flat) if found else None
    start = max(0, min(match.start() - length // 4, len(flat) - length)) if match else 0
    return ("… " if start else "") + flat[start : start + length].strip() + (" …" if start + length < len(flat) else "")


def _tells(text: str) -> bool:
    """False for what is too short to mean anything by itself; a digit or a letter of another script may."""
    return len(text.strip()) >= SHORTEST_WORD or any(sign.isdigit() or sign > "\u02ff" for sign in text)


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    alternatives = [_whole(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile(f"({'|'.join(alternatives)})", re.IGNORECASE) if alternatives else None


def _whole(word: str) -> str:
    """A pattern for a word or phrase at its own borders, spaces standing for any white space."""
    inner = r"\s+".join(re.escape(part) for part in word.split())
    return (r"(?<!\w)" if word[:1].isalnum() else "") + inner + (r"(?!\w)" if word[-1:].isalnum() else "")
