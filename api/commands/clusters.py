"""`rxwarden clusters`: sites that one operator seems to run, and texts that stand on several sites."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from api.console.addresses import defang
from api.console.phrases import MARK
from api.services.clusters import regroup
from api.settings import load_settings
from api.store.blobs import BlobStore
from api.store.engine import reading
from api.store.opening import open_store
from api.store.queries.similar import list_alike, list_clusters
from api.store.tables.likeness import SiteLink

_PIPED_WIDTH = 160


class Format(StrEnum):
    """How clusters are printed."""

    JSONL = "jsonl"
    TABLE = "table"


def clusters(
    output: Annotated[
        Format, typer.Option("--format", help="jsonl: one JSON object a line; table: to look at.")
    ] = Format.JSONL,
    anew: Annotated[bool, typer.Option("--anew", help="Compare all pages again first, as each run does.")] = False,
) -> None:
    """List the operators of several sites with the reason for each link, then the texts that several sites have."""
    settings = load_settings()
    engine = open_store(settings)
    try:
        if anew:
            regroup(engine, BlobStore(settings.folder.blobs))
        with reading(engine) as session:
            _show_tables(session) if output is Format.TABLE else _write_lines(session)
    finally:
        engine.dispose()


def _write_lines(session: Session) -> None:
    for cluster, sites, links in list_clusters(session):
        told = [
            {"sites": [link.site, link.other_site], "weight": link.weight, "reasons": link.reasons} for link in links
        ]
        _write({"kind": "operator", "id": cluster, "sites": sites, "links": told})
    for group, twins in list_alike(session):
        pages = [
            {"url": twin.page.url, "likeness": twin.likeness, "case": twin.case.id if twin.case else None}
            for twin in twins
        ]
        _write({"kind": "text", "id": group, "pages": pages})


def _write(line: dict[str, object]) -> None:
    # UTF-8 whatever the terminal speaks.
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _show_tables(session: Session) -> None:
    console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, markup=False, highlight=False)
    operators = Table("operator", "sites that belong together", "why")
    for number, (_, _, links) in enumerate(list_clusters(session), 1):
        for link in links:
            operators.add_row(str(number), f"{defang(link.site)}\n{defang(link.other_site)}", _why(link))
    texts = Table("text", "page", "shared")
    for number, (_, twins) in enumerate(list_alike(session), 1):
        for twin in twins:
            texts.add_row(str(number), defang(twin.page.url), f"{twin.likeness:.0%}")
    for table, none in (
        (operators, "no operator of several sites is known"),
        (texts, "no text stands on several sites"),
    ):
        console.print(table if table.rows else none)


def _why(link: SiteLink) -> str:
    return "\n".join(
        f"{MARK.get(str(reason['kind']), reason['kind'])}: {defang(str(reason['shown']))}" for reason in link.reasons
    )
