"""`rxwarden crawl`: fetch, judge and store the addresses a person names, once."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from api.commands.console_progress import SourceProgress, stderr_console
from api.commands.judge import PIPED_WIDTH, Format
from api.exit_codes import ExitCode
from api.jobs.one_off import Request, run_one_off
from api.jobs.progress import Fetched
from api.judging.contract import Json
from api.judging.crawl_contract import failed_record, page_record
from api.settings import load_settings
from api.store.engine import reading
from api.store.queries.crawled import read_crawled
from crawler.fetching.addresses import parse_endpoint
from crawler.printing import printable

BLOCKED_ADDRESS = "blocked_address"
# Asking for so many pages without saying how deep means to follow links.
DEPTH_FOR_PAGES = 4
MOST_PAGES = 500
NO_CONTACT = (
    "RXWARDEN_CONTACT is not set, so nobody but the addresses of --allow-address is contacted; set it to a URL or mail "
    "address that somebody reads to crawl further"
)
BLOCKED = "an address of your own that was blocked (`blocked_address`) is let through with --allow-address IP[:PORT]"


def crawl(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Where to begin; absolute http(s) URLs.")],
    depth: Annotated[
        int | None, typer.Option(min=0, max=20, help="Links to follow from a URL; 0, or 4 where --pages is given.")
    ] = None,
    pages: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Pages in all, at most; 500. Given URLs are always fetched.")
    ] = None,
    allow_address: Annotated[
        list[str] | None,
        typer.Option(metavar="IP[:PORT]", help="Let this private address through, and no other; may be repeated."),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="jsonl: one JSON object a line; table: to look at.")
    ] = Format.JSONL,
) -> None:
    """Fetch, judge and store pages once; one result a page, in the order finished. robots.txt is obeyed.

    Exit code 0: all were had and judged; 3: some were refused or failed (their `error` says why), the rest were not.
    """
    _check_addresses(allow_address or ())
    deep = depth if depth is not None else DEPTH_FOR_PAGES if pages is not None else 0
    request = Request(tuple(urls), deep, pages or MOST_PAGES, tuple(allow_address or ()))
    settings = load_settings()
    results = _Results(output)
    with SourceProgress(stderr_console()) as progress:
        if not (settings.contact or settings.demo):
            progress.say(NO_CONTACT)
        report = run_one_off(settings, request, progress=progress, hear=results.hear)
        if results.blocked:
            progress.say(BLOCKED)
    results.finish()
    raise typer.Exit(ExitCode.PARTLY_FAILED if results.failed or report.error else ExitCode.OK)


class _Results:
    """Prints what comes of each page: a line at once, or a table at the end.

    failed, blocked: whether any of them was, for whatever reason or by the address guard.
    """

    def __init__(self, output: Format) -> None:
        self._table = _table() if output is Format.TABLE else None
        self.failed = self.blocked = False

    def hear(self, engine: Engine, fetched: Fetched) -> None:
        """Take one page."""
        made = _record(engine, fetched)
        self.failed = self.failed or made["error"] is not None
        self.blocked = self.blocked or str(made["error"]).startswith(BLOCKED_ADDRESS)
        if self._table is None:
            # The contract is UTF-8 whatever the terminal speaks.
            sys.stdout.buffer.write(json.dumps(made, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            sys.stdout.buffer.flush()
        else:
            self._table.add_row(*map(printable, _cells(made)))

    def finish(self) -> None:
        """Print the table, if one was asked for."""
        if self._table is not None:
            Console(width=None if sys.stdout.isatty() else PIPED_WIDTH, markup=False).print(self._table)


def _record(engine: Engine, fetched: Fetched) -> Json:
    if fetched.capture_id is not None:
        with reading(engine) as session:
            return page_record(fetched.url, fetched.received, read_crawled(session, fetched.capture_id))
    failure = fetched.failure
    error = "unknown" if failure is None else f"{failure.reason}: {failure.detail}"
    return failed_record(fetched.url, fetched.final_url, fetched.status, fetched.received, error)


def _check_addresses(addresses: list[str] | tuple[str, ...]) -> None:
    for address in addresses:
        try:
            parse_endpoint(address)
        except ValueError as problem:
            raise typer.BadParameter(str(problem), param_hint="--allow-address") from None


def _table() -> Table:
    table = Table("page", "status", "bytes", "outcome", "flagged", "seen", "error")
    table.columns[0].overflow = "fold"
    for column in table.columns[1:3]:
        column.justify = "right"
    return table


def _cells(made: Json) -> list[str]:
    flagged = made["flagged"]
    assert isinstance(flagged, list)
    plain = [str(made[name] if made[name] is not None else "") for name in ("status", "bytes", "outcome")]
    rest = [str(made[name] or "") for name in ("seen", "error")]
    return [str(made["final_url"]), *plain, ", ".join(flagged), *rest]
