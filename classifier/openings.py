"""How the matches of a cue's pattern begin, so that it is tried only at words that begin so."""

import re
from collections.abc import Iterator

_LITERAL = re.compile(r"\w[\w ]{0,9}")
_ASSERTION = re.compile(r"\(\?<?[=!][^()]*\)")
_WORD_EDGE = r"\b"
_DIGIT = r"\d"


def openings(pattern: str) -> frozenset[str] | None:
    """What any match begins with (letters, digits, spaces), which then stands at a word's start; None if not known."""
    found = _openings(pattern, at_word=False)
    return None if found is None else frozenset(found)


def alternatives(pattern: str) -> tuple[str, ...]:
    """The patterns of which a pattern that is one group matches any; else the pattern itself."""
    is_group = pattern.startswith("(?:") and _group_end(pattern) == len(pattern)
    return tuple(_alternatives(pattern[3:-1])) if is_group else (pattern,)


def _openings(pattern: str, at_word: bool) -> set[str] | None:
    found: set[str] = set()
    for alternative in _alternatives(pattern):
        beginnings = _of_sequence(alternative, at_word)
        if beginnings is None:
            return None
        found |= beginnings
    return found


def _of_sequence(pattern: str, at_word: bool) -> set[str] | None:
    at_word = at_word or pattern.startswith(_WORD_EDGE)
    pattern = pattern.removeprefix(_WORD_EDGE)
    while assertion := _ASSERTION.match(pattern):
        pattern = pattern[assertion.end() :]
    if pattern.startswith("(?:"):
        end = _group_end(pattern)
        inner = _openings(pattern[3 : end - 1], at_word)
    else:
        inner, end = _first_letters(pattern) if at_word else (None, 0)
    rest = pattern[end:]
    if inner is None or rest.startswith(("*", "{0")):
        return None
    if rest.startswith("?"):
        without = _of_sequence(rest[1:], at_word)
        return None if without is None else inner | without
    return inner


def _first_letters(pattern: str) -> tuple[set[str] | None, int]:
    """The first characters of a pattern without a group there, and where they end."""
    if pattern.startswith(_DIGIT):
        return set("0123456789"), len(_DIGIT)
    match = _LITERAL.match(pattern)
    if match is None:
        return None, 0
    end = match.end()
    if end > 1 and pattern[end:].startswith(("?", "*", "{")):
        end -= 1
    return {pattern[:end]}, end


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the bars of the outermost level."""
    start = 0
    for at, char, depth in _syntax(pattern):
        if char == "|" and depth == 0:
            yield pattern[start:at]
            start = at + 1
    yield pattern[start:]


def _group_end(pattern: str) -> int:
    """Where the group that opens the pattern has closed."""
    return next(at + 1 for at, char, depth in _syntax(pattern) if char == ")" and depth == 0)


def _syntax(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Each character that is neither escaped nor in a class, with how many groups are open after it."""
    depth, in_class, at = 0, False, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        else:
            depth += (char == "(") - (char == ")")
            yield at, char, depth
        at += 1
