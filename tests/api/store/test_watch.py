"""Whether sources are visited as they should be, asked of both databases."""

from datetime import timedelta

from sqlmodel import Session, select

from api.store.engine import reading, writing
from api.store.kinds import RunKind, SourceRunState
from api.store.queries.crawled import read_crawled
from api.store.queries.watch import last_good_visit, late_sources, latest_visits, latest_weekly_run
from api.store.tables.pages import Capture
from api.store.tables.runs import Run, SourceRun
from tests.api.world import MONDAY, Said, World

URL = "http://shop.example/"
WEEK = timedelta(weeks=1)


def close_visits(session: Session, state: SourceRunState = SourceRunState.DONE) -> None:
    """Finish the visits and runs that are open."""
    for visit in session.exec(select(SourceRun).where(SourceRun.finished_at == None)).all():  # noqa: E711
        run = session.exec(select(Run).where(Run.id == visit.run_id)).one()
        visit.state, visit.finished_at = state, run.as_of
        run.finished_at = run.as_of
        session.add_all((visit, run))


def test_a_source_is_late_when_its_last_finished_visit_is_longer_ago_than_its_cadence(world: World) -> None:
    world.visit({URL: ("Soap", [])})
    with writing(world.engine) as session:
        assert [late.since for late in late_sources(session, MONDAY + 2 * WEEK)] == [MONDAY]
        close_visits(session)
    with reading(world.engine) as session:
        assert late_sources(session, MONDAY + 2 * WEEK + timedelta(hours=23)) == ()
        (late,) = late_sources(session, MONDAY + 2 * WEEK + timedelta(hours=25))
        assert (late.name, late.since, late.cadence_days) == ("shop", MONDAY + WEEK, 7)


def test_the_newest_visits_and_the_last_good_one_are_found(world: World) -> None:
    for state in (SourceRunState.DONE, SourceRunState.FAILED, SourceRunState.DONE):
        world.visit({URL: ("Soap", [])})
        with writing(world.engine) as session:
            close_visits(session, state)
    with reading(world.engine) as session:
        (newest,) = latest_visits(session)
        good = last_good_visit(session, newest)
        assert good is not None
        assert [visit.finished_at for visit in (newest, good)] == [MONDAY + 3 * WEEK, MONDAY + WEEK]


def test_a_one_off_crawl_is_no_weekly_run(world: World) -> None:
    world.visit({URL: ("Soap", [])})
    with writing(world.engine) as session:
        close_visits(session)
        session.add(
            Run(id="0" * 32, as_of=world.now, started_at=world.now, finished_at=world.now + WEEK, kind=RunKind.ONE_OFF)
        )
    with reading(world.engine) as session:
        run = latest_weekly_run(session)
        assert run is not None
        assert (run.kind, run.warnings, run.capture_bytes) == (RunKind.WEEKLY, [], None)


def test_a_capture_is_read_with_its_verdict_and_its_case_if_it_has_one(world: World) -> None:
    world.visit({URL: ("Shop\nketamine", [Said("ketamine")]), f"{URL}soap": ("Soap", [])})
    with reading(world.engine) as session:
        ids = session.exec(select(Capture.id).order_by(Capture.final_url)).all()
        flagged, clear = (read_crawled(session, id_) for id_ in ids)
    assert flagged.verdict is not None
    assert flagged.case is not None
    assert (flagged.case.page_id, clear.case) == (flagged.capture.page_id, None)
