"""Records out of JSON and JSON lines: what can be read of broken, deep or endless files, and a sentence on the rest."""

import json
from collections.abc import Iterator

from crawler.listings.entries import MAX_ENTRIES, Problems

# Lists and objects of one value: a hundred times as many bytes once they are read.
MAX_NODES = 400_000
MAX_LINE = 2 << 20
# Numbers stay as they are written: a price keeps its noughts, and one of a million digits is only text.
DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)

JsonObject = dict[str, object]


def read_values(text: str, problems: Problems) -> Iterator[object]:
    """Give the values of a JSON file (one) or of JSON lines (many), then those before the break of a broken file."""
    text = text.lstrip("\ufeff \t\r\n")
    first, newline, rest = text.partition("\n")
    if newline and rest.strip() and isinstance(_value(first), dict):
        yield from _lines(text, problems)
        return
    if text.count("{") + text.count("[") > MAX_NODES:
        problems.add(f"it holds more than {MAX_NODES:,} lists and objects; split it, or write it as JSON lines")
        return
    try:
        yield DECODER.decode(text)
    except RecursionError:
        problems.add("it is nested too deep to be read")
    except ValueError as fault:
        problems.add(f"it is no valid JSON ({str(fault)[:120]}); what stands before the break was read")
        yield from _before_break(text)


def objects(value: object) -> Iterator[JsonObject]:
    """Give every object in a value, the outer before the inner, in order."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            yield one
            todo.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            todo.extend(reversed(one))


def strings(value: object) -> Iterator[tuple[str, str]]:
    """Give every text and number in a value with the name of the field it stands in, in order."""
    todo: list[tuple[str, object]] = [("", value)]
    while todo:
        name, one = todo.pop()
        if isinstance(one, dict):
            todo.extend(reversed(one.items()))
        elif isinstance(one, list):
            todo.extend((name, item) for item in reversed(one))
        elif isinstance(one, str) and one.strip():
            yield name, one


def _lines(text: str, problems: Problems) -> Iterator[object]:
    given = at = number = 0
    while at < len(text) and given <= MAX_ENTRIES:
        number += 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line, at = text[at : min(end, at + MAX_LINE + 1)], end + 1
        if not line.strip():
            continue
        value = _value(line) if len(line) <= MAX_LINE else None
        if isinstance(value, dict):
            given += 1
            yield value
        else:
            problems.add(f"line {number} is no JSON object that can be read, and was left out")


def _value(text: str) -> object:
    """Give the value of a text, None when it has none or too much of it."""
    if text.count("{") + text.count("[") > MAX_NODES:
        return None
    try:
        return DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None


def _before_break(text: str) -> Iterator[object]:
    """Give the whole elements of the first list, up to the fault."""
    at = text.find("[") + 1
    while at:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            value, at = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
