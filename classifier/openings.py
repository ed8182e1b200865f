"""How the matches of a cue's pattern begin, so that it is tried only where a text goes on so."""

import re
from collections.abc import Iterator

EDGE = "\b"
"""At the end of an opening: the word ends there."""
_LONGEST = 12
_MOST = 5000
_ASSERTION = re.compile(r"\(\?<?[=!][^()]*\)")
_CLASS = re.compile(r"\[([\w +.,/-]+)\]")
_RANGE = re.compile(r".-.")
_SIGN = re.compile(r"\\([^\w\s])|([\w \-',/%:])")
_REPEATED = ("*", "+", "{")
_WORD_EDGE = r"\b"
_DIGIT = r"\d"
# What matches begin with, each with whether the whole pattern has been told by it.
_Told = set[tuple[str, bool]]
_UNTOLD: _Told = {("", False)}


def openings(pattern: str) -> frozenset[str] | None:
    """What any match begins with, which then stands at a word's start; None if not known."""
    found = {opening for opening, _ in _alternatively(pattern, "")}
    return None if any(not re.match(r"\w", opening) for opening in found) else frozenset(found)


def alternatives(pattern: str) -> tuple[str, ...]:
    """The patterns of which a pattern that is one group matches any; else the pattern itself."""
    is_group = pattern.startswith("(?:") and _group_end(pattern) == len(pattern)
    return tuple(_alternatives(pattern[3:-1])) if is_group else (pattern,)


def _alternatively(pattern: str, before: str) -> _Told:
    """How matches begin after what stands `before`: the last character of the match, or `EDGE` at a word's start."""
    return {told for alternative in _alternatives(pattern) for told in _sequence(alternative, before)}


def _sequence(pattern: str, before: str) -> _Told:
    if assertion := _ASSERTION.match(pattern):
        return _sequence(pattern[assertion.end() :], before)
    if pattern.startswith(_WORD_EDGE):
        ends_word = before.isalnum()
        return {(EDGE, False)} if ends_word else _sequence(pattern[len(_WORD_EDGE) :], before or EDGE)
    if not pattern:
        return {("", True)}
    first, end = _first(pattern, before)
    rest = pattern[end:]
    if rest.startswith(("*", "{0")):
        return _UNTOLD
    if rest.startswith("?"):
        rest = rest[1:]
        first = first | {("", True)}
    elif rest.startswith(_REPEATED):
        return {(opening, False) for opening, _ in first}
    return _joined(first, rest, before)


def _joined(first: _Told, rest: str, before: str) -> _Told:
    """The beginnings with how what comes after them begins, as far as is of use."""
    found: _Told = set()
    for opening, is_whole in first:
        if not is_whole or len(opening) >= _LONGEST:
            found.add((opening, False))
        else:
            found |= {(opening + more, whole) for more, whole in _sequence(rest, opening[-1:] or before)}
    return found if len(found) <= _MOST else {(opening, False) for opening, _ in first}


def _first(pattern: str, before: str) -> tuple[_Told, int]:
    """How the first part of a pattern begins, and where it ends; where no word starts, nothing is told."""
    if pattern.startswith("(?:"):
        end = _group_end(pattern)
        return _alternatively(pattern[3 : end - 1], before), end
    if not before:
        return _UNTOLD, len(pattern)
    if pattern.startswith(_DIGIT):
        # Figures of other scripts are none of these; they begin no word that is tried.
        return ({(figure, True) for figure in "0123456789"} if before == EDGE else _UNTOLD), len(_DIGIT)
    if (some := _CLASS.match(pattern)) and not _RANGE.search(some.group(1)):
        return {(char, True) for char in some.group(1)}, some.end()
    sign = _SIGN.match(pattern)
    return ({(sign.group(1) or sign.group(2), True)}, sign.end()) if sign else (_UNTOLD, len(pattern))


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
