"""Captures are recorded many at a time, and each page once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.store.commands.captures import Answered, Kept, Place, latest_captures, save_captures
from api.store.commands.frontier import add_targets, load_targets
from api.store.commands.sources import seed_sources
from api.store.engine import reading, writing
from api.store.loading import AT_ONCE, load_rows
from api.store.tables.pages import PageAddress, SitePage
from api.store.tables.runs import CrawlTarget, Run, SourceRun
from crawler.canonical import lookup_key
from crawler.items import Page, Target
from crawler.sources import Source

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SITE = "https://example.org/"


@pytest.fixture
def visit(engine: Engine) -> str:
    """A visit with three URLs in its frontier."""
    with writing(engine) as session:
        return open_visit(session, "first")


def test_two_addresses_of_one_page_in_one_round_are_one_capture(engine: Engine, visit: str) -> None:
    with writing(engine) as session:
        first, second = save(session, visit, page("a", "end"), page("b", "end"))
        assert (first.is_first, second.is_first) == (True, False)
        assert first.capture.id == second.capture.id
    with reading(engine) as session:
        assert len(session.exec(select(SitePage)).all()) == 1
        leads = {row.url: row.page_id for row in session.exec(select(PageAddress))}
    assert set(leads) == {f"{SITE}{path}" for path in ("a", "b", "end")}
    assert len(set(leads.values())) == 1


def test_what_an_earlier_visit_captured_is_known_and_captured_anew(engine: Engine, visit: str) -> None:
    with writing(engine) as session:
        (before,) = save(session, visit, page("a"))
        assert not before.is_known
        known, new = save(session, open_visit(session, "second"), page("a"), page("b"))
        assert (known.is_known, known.is_first, new.is_known) == (True, True, False)
        assert known.capture.id != before.capture.id
        latest = latest_captures(session, [lookup_key(f"{SITE}a"), lookup_key(f"{SITE}nowhere")])
        assert [capture.id for capture in latest.values()] == [known.capture.id]


def test_an_answer_of_the_same_visit_changes_nothing_in_a_later_round(engine: Engine, visit: str) -> None:
    with writing(engine) as session:
        (first,) = save(session, visit, page("a"))
    with writing(engine) as session:
        (again,) = save(session, visit, replace(page("a"), body=b"other"))
        assert not again.is_first
        assert again.capture.blob_sha256 == first.capture.blob_sha256


def test_targets_are_queued_once_and_in_the_order_in_which_they_were_found(engine: Engine, visit: str) -> None:
    found = [Target(f"{SITE}{path}") for path in ("c", "b", "d", "c", "e")]
    with writing(engine) as session:
        added = add_targets(session, visit, found, most=5, admit=lambda target: not target.url.endswith("d"))
        assert [(row.url[-1], row.position) for row in added] == [("c", 3), ("e", 4)]
        assert add_targets(session, visit, [Target(f"{SITE}f")], most=5, admit=lambda _: True) == ()


def test_rows_are_loaded_by_more_ids_than_a_statement_carries(engine: Engine, visit: str) -> None:
    many = [Target(f"{SITE}page/{number}") for number in range(AT_ONCE + 50)]
    with writing(engine) as session:
        added = add_targets(session, visit, many, most=10_000, admit=lambda _: True)
        found = load_rows(session, CrawlTarget, [*(row.id for row in added), "nowhere"])
    assert sorted(found) == sorted(row.id for row in added)


def open_visit(session: Session, name: str) -> str:
    seed_sources(session, [Source("shop", "site", (SITE,))], NOW)
    session.add(Run(id=name, as_of=NOW, started_at=NOW))
    session.flush()
    session.add(SourceRun(id=name, run_id=name, source="shop"))
    session.flush()
    add_targets(session, name, [Target(f"{SITE}{path}") for path in ("", "a", "b")], most=100, admit=lambda _: True)
    return name


def page(path: str, leads_to: str = "") -> Page:
    return Page(
        url=f"{SITE}{path}",
        final_url=f"{SITE}{leads_to or path}",
        status=200,
        fetched_at=NOW,
        headers=(),
        content_type="text/html",
        body=b"a page",
        source="shop",
        spider="site",
    )


def save(session: Session, visit: str, *pages: Page) -> tuple[Kept, ...]:
    run = session.get_one(SourceRun, visit)
    targets = load_targets(session, visit, [page.url for page in pages])
    answers = [
        Answered(
            page,
            Place(page.final_url, lookup_key(page.final_url), ((page.url, lookup_key(page.url)),)),
            targets[page.url],
            f"{len(page.body):064x}",
            len(page.body),
        )
        for page in pages
    ]
    return save_captures(session, run, answers)
