"""What `rxwarden judge` reads: files, folders and JSON lines, as jobs in input order or a sentence on what is wrong."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from api.judging.reading import Job, Kind, decode, replace_surrogates

_KINDS = {".txt": Kind.TEXT, ".html": Kind.HTML, ".htm": Kind.HTML, ".eml": Kind.MAIL}
_RECORD_ENDINGS = frozenset({".json", ".jsonl"})
ENDINGS = frozenset(_KINDS) | _RECORD_ENDINGS
MAX_BYTES = 64 << 20
"""A larger file is refused: it is not one page."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to judge, or why it cannot be (`job` is None and `error` says so)."""

    id: str
    job: Job | None
    error: str = ""


def read_inputs(paths: Iterable[str], stdin: BinaryIO, as_of: date) -> Iterator[Input]:
    """All inputs of the given paths; folders are walked sorted, `-` reads JSON lines from standard input."""
    for path in paths:
        if path == "-":
            yield from _records(stdin, "-", as_of)
        else:
            yield from _at(Path(path), path, as_of)


def _at(path: Path, name: str, as_of: date) -> Iterator[Input]:
    # A file's name may hold bytes that are no UTF-8.
    shown = replace_surrogates(name)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        yield Input(shown, None, f"{shown} cannot be read: {error.strerror or error}.")
        return
    if is_folder:
        for child in sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file()):
            child_name = f"{name.rstrip('/')}/{child.relative_to(path).as_posix()}"
            yield from _file(child, replace_surrogates(child_name), as_of)
    elif not is_there:
        yield Input(shown, None, f"There is no file or folder {shown}; check the path.")
    else:
        yield from _file(path, shown, as_of)


def _file(path: Path, name: str, as_of: date) -> Iterator[Input]:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        yield Input(name, None, f"{name} has an ending that cannot be judged; use one of {', '.join(sorted(ENDINGS))}.")
        return
    try:
        if ending == ".jsonl":
            with path.open("rb") as stream:
                yield from _records(stream, name, as_of)
            return
        if path.stat().st_size > MAX_BYTES:
            yield Input(name, None, f"{name} is larger than {MAX_BYTES >> 20} MiB; split it into pages.")
            return
        raw = path.read_bytes()
    except OSError as error:
        yield Input(name, None, f"{name} cannot be read: {error.strerror or error}.")
        return
    if ending == ".json":
        yield from _json_file(raw, name, as_of)
    else:
        kind = _KINDS[ending]
        yield Input(name, Job(kind, decode(raw) if kind is Kind.TEXT else raw, as_of))


def _json_file(raw: bytes, name: str, as_of: date) -> Iterator[Input]:
    """One record, or a list of records."""
    try:
        loaded = json.loads(decode(raw).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        yield Input(name, None, f"{name} is not JSON: {error}.")
        return
    records = loaded if isinstance(loaded, list) else [loaded]
    for number, record in enumerate(records, 1):
        yield _record(record, name if len(records) == 1 else f"{name}#{number}", as_of)


def _records(stream: BinaryIO, name: str, as_of: date) -> Iterator[Input]:
    for number, raw in enumerate(_lines(stream), 1):
        line = decode(raw).removeprefix("\ufeff") if number == 1 else decode(raw)
        if not line.strip():
            continue
        place = f"{name}:{number}"
        if len(raw) > MAX_BYTES:
            yield Input(place, None, f"Line {number} is longer than {MAX_BYTES >> 20} MiB; split it into pages.")
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Input(place, None, f"Line {number} is not JSON: {error}.")
            continue
        yield _record(record, place, as_of)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of a stream; what is over the limit is skipped to the end of its line without being kept."""
    while line := stream.readline(MAX_BYTES + 1):
        if len(line) > MAX_BYTES and not line.endswith(b"\n"):
            while rest := stream.readline(1 << 20):
                if rest.endswith(b"\n"):
                    break
        yield line


def _record(record: object, place: str, as_of: date) -> Input:
    if not isinstance(record, dict):
        return Input(place, None, 'A record is a JSON object with "id" and "text" or "html".')
    given = record.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int) or given == "":
        return Input(place, None, 'The record has no "id"; give it a text or a number.')
    record_id = replace_surrogates(str(given))
    kind, content = (
        (Kind.TEXT, record.get("text")) if record.get("text") is not None else (Kind.HTML, record.get("html"))
    )
    if not isinstance(content, str):
        return Input(record_id, None, 'The record needs "text" or "html" as a string.')
    title = record.get("title")
    return Input(
        record_id,
        Job(
            kind,
            replace_surrogates(content),
            as_of,
            url=_usable_url(record.get("url")),
            title=replace_surrogates(title) if isinstance(title, str) else "",
        ),
    )


def _usable_url(given: object) -> str:
    """The address when it is one; anything else is ignored."""
    if not isinstance(given, str) or len(given) > 8192:
        return ""
    try:
        parts = urlsplit(given.strip())
        return replace_surrogates(given.strip()) if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""
