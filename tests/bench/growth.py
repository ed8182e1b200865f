"""A store that has grown: so many pages of other sites, each captured, read and judged once."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, Engine, insert
from sqlmodel import SQLModel

from api.store.commands.sources import seed_sources
from api.store.engine import writing
from api.store.ids import derived_id
from api.store.kinds import CaptureState, RunState, SourceRunState, TargetState
from api.store.scopes import scope_hash
from api.store.tables.pages import Capture, PageAddress, SitePage, StoredDocument
from api.store.tables.runs import CrawlTarget, Run, SourceRun
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Outcome, Severity
from crawler.sources import Source

THEN = datetime(2026, 1, 5, tzinfo=UTC)
OTHERS = "others"
AT_ONCE = 5000
# The rows are made up: nothing is lost with them, and their ids lie all over the indexes.
HASTY = ("synchronous=OFF", "cache_size=-1000000")
# In an order in which each row finds those it points to.
TABLES: tuple[type[SQLModel], ...] = (SitePage, PageAddress, CrawlTarget, StoredDocument, StoredVerdict, Capture)
Rows = dict[type[SQLModel], dict[str, object]]


def grow(engine: Engine, pages: int) -> None:
    """Fill an empty store with so many pages."""
    with writing(engine) as session:
        seed_sources(session, [Source(OTHERS, "site", ("https://example.org/",))], THEN)
        session.add(Run(id=OTHERS, as_of=THEN, started_at=THEN, finished_at=THEN, state=RunState.FINISHED))
        session.flush()
        session.add(SourceRun(id=OTHERS, run_id=OTHERS, source=OTHERS, state=SourceRunState.DONE, finished_at=THEN))
    numbers = iter(range(pages))
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        for pragma in HASTY:
            driver.execute(f"PRAGMA {pragma}")
        while some := [_rows(number) for number in islice(numbers, AT_ONCE)]:
            _insert(connection, some)
            connection.commit()


def _insert(connection: Connection, some: list[Rows]) -> None:
    for table in TABLES:
        connection.execute(insert(table), [rows[table] for rows in some])


def _rows(number: int) -> Rows:
    key = f"site{number % 5000}.example/pages/{number}"
    url, page, text = f"https://{key}", scope_hash(key), scope_hash(f"text {number}")
    ids = {kind: derived_id(kind, number) for kind in ("target", "document", "verdict", "capture")}
    return dict(_each(number, key, url, page, text, ids))


def _each(
    number: int, key: str, url: str, page: str, text: str, ids: dict[str, str]
) -> Iterator[tuple[type[SQLModel], dict[str, object]]]:
    yield (
        SitePage,
        {
            "id": page,
            "lookup_key": key,
            "url": url,
            "host": key.partition("/")[0],
            "source": OTHERS,
            "title": f"Page {number}",
            "language": "en",
            "first_seen_at": THEN,
            "last_seen_at": THEN,
            "latest_capture_id": ids["capture"],
            "latest_verdict_id": ids["verdict"],
        },
    )
    yield PageAddress, {"id": page, "url": url, "page_id": page}
    yield (
        CrawlTarget,
        {
            "id": ids["target"],
            "source_run_id": OTHERS,
            "url": url,
            "depth": 1,
            "position": number,
            "state": TargetState.FETCHED,
            "attempts": 1,
            "reason": "",
            "detail": "",
        },
    )
    yield (
        StoredDocument,
        {
            "id": ids["document"],
            "page_id": page,
            "text_sha256": text,
            "simhash": text[:16],
            "title": f"Page {number}",
            "language": "en",
            "blocks": [{"start": 0, "end": 40, "kind": "text", "region": "main", "tag": "p", "hidden": False}],
            "signals": [],
            "links": [url],
            "nofollow_links": [],
            "attributes": {},
            "not_seen": [],
            "extractor_version": "1",
        },
    )
    yield (
        StoredVerdict,
        {
            "id": ids["verdict"],
            "page_id": page,
            "document_id": ids["document"],
            "text_sha256": text,
            "outcome": Outcome.CLEAR,
            "families": {},
            "flagged": [],
            "severity": Severity.NONE,
            "substances": [],
            "notes": [],
            "degraded": [],
            "model_digest": "0",
            "policy_digest": "0",
            "as_of": THEN.date(),
            "created_at": THEN,
        },
    )
    yield (
        Capture,
        {
            "id": ids["capture"],
            "run_id": OTHERS,
            "source_run_id": OTHERS,
            "target_id": ids["target"],
            "page_id": page,
            "url": url,
            "final_url": url,
            "status": 200,
            "headers": [],
            "content_type": "text/html",
            "redirects": [],
            "fetched_at": THEN,
            "state": CaptureState.JUDGED,
            "blob_sha256": text,
            "size": 40_000,
            "truncated": False,
            "not_modified": False,
            "document_id": ids["document"],
            "verdict_id": ids["verdict"],
        },
    )
