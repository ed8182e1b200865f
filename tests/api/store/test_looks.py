"""Second looks on both databases: what wants one, in which order, and which look holds for the same bytes."""

from datetime import timedelta

from sqlmodel import col, select

from api.store.commands.looks import look_id, save_look
from api.store.engine import reading, writing
from api.store.kinds import LookKind
from api.store.queries.looks import earlier_look, latest_attempt, latest_look, list_wanted
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, StoredDocument
from api.store.tables.runs import SourceRun
from tests.api.world import Said, World

OFFER, EMPTY, HOURS = "http://shop.example/k", "http://shop.example/app", "http://shop.example/hours"
TEXT = "Shop\nketamine 10 g"


def visit(world: World) -> str:
    """A visit that finds an offer, a page of scripts and a harmless one; gives its id."""
    world.visit({OFFER: (TEXT, [Said("ketamine 10 g")]), EMPTY: ("App", []), HOURS: ("Hours\nOpen at noon", [])})
    with writing(world.engine) as session:
        document = session.exec(
            select(StoredDocument)
            .join(Capture, col(Capture.document_id) == StoredDocument.id)
            .where(Capture.url == EMPTY)
        ).first()
        assert document is not None
        document.not_seen = ["scripted"]
        session.add(document)
        run = session.exec(select(SourceRun.id)).first()
        assert run is not None
        return run


def look(world: World, url: str, *, error: str = "", later: int = 0) -> str:
    """A browser's look at the capture of a page; gives its id."""
    with writing(world.engine) as session:
        capture = session.exec(select(Capture).where(Capture.url == url)).one()
        made = Look(
            id=look_id(capture.id, LookKind.RENDERED),
            kind=LookKind.RENDERED,
            capture_id=capture.id,
            page_id=capture.page_id,
            bytes_sha256=capture.blob_sha256,
            looked_at=world.now + timedelta(minutes=later),
            final_url="http://shop.example/\x00\ud800",
            refused=[{"what": "x", "why": "y"}],
            error=error,
        )
        return save_look(session, made).id


def test_thin_and_flagged_captures_want_a_look_until_they_had_one(world: World) -> None:
    run = visit(world)
    with reading(world.engine) as session:
        wanted = list_wanted(session, run)
    assert [(one.url, one.is_thin) for one in wanted] == [(EMPTY, True), (OFFER, False)]
    look(world, EMPTY, error="timeout: no answer")
    with reading(world.engine) as session:
        assert [one.url for one in list_wanted(session, run)] == [OFFER]


def test_a_look_is_written_once_and_one_that_failed_shows_nothing(world: World) -> None:
    visit(world)
    failed = look(world, EMPTY, error="timeout: no answer")
    assert look(world, EMPTY) == failed
    shown = look(world, OFFER)
    with reading(world.engine) as session:
        capture = session.exec(select(Capture).where(Capture.url == OFFER)).one()
        other = session.exec(select(Capture).where(Capture.url == EMPTY)).one()
        found = earlier_look(session, capture.page_id, capture.blob_sha256, LookKind.RENDERED)
        assert found is not None
        assert found.id == shown
        assert earlier_look(session, capture.page_id, "0" * 64, LookKind.RENDERED) is None
        assert earlier_look(session, capture.page_id, capture.blob_sha256, LookKind.OTHER_AGENT) is None
        assert latest_look(session, other.page_id, LookKind.RENDERED) is None
        attempt = latest_attempt(session, other.page_id, LookKind.RENDERED)
        assert attempt is not None
        assert attempt.error == "timeout: no answer"
