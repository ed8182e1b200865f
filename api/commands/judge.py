"""`rxwarden judge`: judge files, folders and JSON lines."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.exit_codes import ExitCode
from api.judging.contract import Json, record, unreadable
from api.judging.inputs import Input, read_inputs
from api.judging.reading import Kind
from api.judging.scanner import Scanner
from api.services.models import current_model
from api.settings import load_settings

PIPED_WIDTH = 160


class Format(StrEnum):
    """How results are printed."""

    JSONL = "jsonl"
    TABLE = "table"


def judge(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files (.txt .html .eml .json .jsonl), folders, or - for JSON lines."),
    ],
    output: Annotated[
        Format, typer.Option("--format", help="jsonl: one JSON object a line; table: to look at.")
    ] = Format.JSONL,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Judge by the rules in force on this day.")
    ] = None,
) -> None:
    """Judge files, folders or JSON lines; one result an input, in input order.

    Exit code 0: all were judged; 3: some could not be read (their lines say why), the rest were judged.
    """
    day = as_of.date() if as_of else datetime.now(UTC).date()
    model = current_model(load_settings())
    failed = False
    with Scanner(model) as scanner:
        results = _judged(scanner, inputs, day)
        table = _table() if output is Format.TABLE else None
        for made in results:
            failed = failed or "error" in made
            if table is None:
                # The contract is UTF-8 whatever the terminal speaks.
                sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode() + b"\n")
                sys.stdout.buffer.flush()
            else:
                table.add_row(*_cells(made))
    if table is not None:
        Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)
    raise typer.Exit(ExitCode.PARTLY_FAILED if failed else ExitCode.OK)


def _judged(scanner: Scanner, paths: list[str], day: date) -> Iterator[Json]:
    """Results in input order; only a bounded number of inputs is held at a time."""
    waiting: list[Input] = []
    for item in read_inputs(paths, sys.stdin.buffer, day):
        waiting.append(item)
        if len(waiting) >= 64:
            yield from _judge_batch(scanner, waiting)
            waiting = []
    yield from _judge_batch(scanner, waiting)


def _judge_batch(scanner: Scanner, items: list[Input]) -> Iterator[Json]:
    results = scanner.scan_all(item.job for item in items if item.job is not None)
    for item in items:
        if item.job is None:
            yield unreadable(item.id, item.error)
        else:
            yield record(item.id, next(results), with_text=item.job.kind in (Kind.HTML, Kind.MAIL))


def _table() -> Table:
    table = Table("input", "outcome", "sale", "claim", "severity", "strongest quote")
    table.columns[0].no_wrap = True
    table.columns[0].overflow = "ellipsis"
    return table


def _cells(made: Json) -> list[str]:
    if "error" in made:
        return [_short(str(made["id"])), "not read", "", "", "", str(made["error"])]
    families = made["families"]
    findings = made["findings"]
    assert isinstance(families, dict)
    assert isinstance(findings, list)
    quote = max(findings, key=lambda f: f["score"])["quote"] if findings else ""
    shares = [f"{100 * families[f]:.0f} %" for f in ("illicit_sale", "unsupported_claim")]
    return [
        _short(str(made["id"])),
        str(made["outcome"]),
        *shares,
        str(made["severity"]),
        " ".join(quote.split())[:160],
    ]


def _short(record_id: str) -> str:
    """The end of a path tells more than its beginning."""
    return record_id if len(record_id) <= 36 else f"…{record_id[-35:]}"
