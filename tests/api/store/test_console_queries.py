"""What the console counts and lists, the same on both kinds of database."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.store.console_overview import by_week, cases_by_severity, decisions_since
from api.store.console_people import case_events, list_people, reviewer_names, stretch_of_critical
from api.store.console_runs import failed_targets, flagged_pages, unreadable_captures
from api.store.console_sources import list_watched, next_due, source_names
from api.store.engine import reading
from api.store.kinds import CaseState, Decision, Role
from classifier.labels import Severity
from tests.api.console import sites
from tests.api.console.drafts import SHOP
from tests.api.console.world import World


@pytest.fixture
def desk_world(engine: Engine, tmp_path: Path) -> World:
    """Sources without pages, on either kind of database."""
    world = World(engine, tmp_path)
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.source("clinics-west", "https://bright-harbour-clinic.example/", days=14)
    world.source("diaries", "https://calm-letters.example/", read=False)
    return world


def test_cases_are_counted_by_severity_and_state(desk_world: World) -> None:
    desk_world.run([sites.shop(), sites.clinic(), sites.lozenges(), sites.journal(), sites.unseen()])
    desk_world.decide(sites.CLINIC, Decision.CONFIRM)
    with reading(desk_world.engine) as session:
        counts = cases_by_severity(session)
    assert list(counts) == list(reversed(Severity))
    assert counts[Severity.HIGH] == dict.fromkeys(CaseState, 0) | {CaseState.DECIDED: 1}
    assert {severity: sum(states.values()) for severity, states in counts.items()} == dict.fromkeys(Severity, 1)


def test_weeks_run_from_monday_and_count_what_came_and_what_was_settled(desk_world: World) -> None:
    desk_world.clock.go(days=-14)
    desk_world.run([sites.shop(), sites.clinic()])
    desk_world.decide(sites.CLINIC, Decision.CONFIRM)
    desk_world.clock.go(days=14)
    desk_world.run([sites.lozenges()])
    desk_world.decide(SHOP, Decision.UNSURE)
    with reading(desk_world.engine) as session:
        weeks = by_week(session, desk_world.clock(), weeks=3)
        today = decisions_since(session, desk_world.clock())
    assert [week.start.weekday() for week in weeks] == [0, 0, 0]
    assert [(week.opened, week.decided) for week in weeks] == [(2, 1), (0, 0), (1, 0)]
    assert today == dict.fromkeys(Decision, 0) | {Decision.UNSURE: 1}


def test_a_run_knows_what_it_flagged_and_what_failed(desk_world: World) -> None:
    failure = ("https://crystal-pier.example/old.html", "timeout")
    run = desk_world.run([sites.shop(), sites.listing(2), sites.lozenges()], failures=(failure,))
    later = desk_world.run([sites.clinic()])
    with reading(desk_world.engine) as session:
        assert [hit.page.url for hit in flagged_pages(session, run)] == [
            SHOP,
            sites.LOZENGES,
            sites.listing(2).url,
        ]
        assert [(source, target.url, target.reason) for source, target in failed_targets(session, run)] == [
            ("harbour-shops", *failure)
        ]
        assert unreadable_captures(session, run) == ()
        assert [hit.page.url for hit in flagged_pages(session, later)] == [sites.CLINIC]


def test_sources_are_due_by_their_cadence_and_at_once_when_never_read(desk_world: World) -> None:
    desk_world.run([sites.shop()])
    now = desk_world.clock()
    with reading(desk_world.engine) as session:
        watched = {known.source.name: known for known in list_watched(session)}
        first = next_due(session)
        assert source_names(session) == ("clinics-west", "diaries", "harbour-shops")
    assert watched["harbour-shops"].due_at == now + timedelta(days=5)
    assert watched["clinics-west"].due_at == now + timedelta(days=12)
    assert watched["harbour-shops"].latest is not None
    assert watched["diaries"].latest is None
    assert first is not None
    assert first.source.name == "diaries"


def test_people_are_listed_with_their_work_and_a_case_with_its_log(desk_world: World) -> None:
    desk_world.run([sites.shop()])
    wren, owl = desk_world.person("Wren"), desk_world.person("Owl", Role.ADMIN)
    desk_world.turn_off("Owl")
    desk_world.decide(SHOP, Decision.CONFIRM)
    with reading(desk_world.engine) as session:
        assert [(one.reviewer.name, one.reviews, one.seen_at) for one in list_people(session)] == [
            ("Wren", 1, None),
            ("Owl", 0, None),
        ]
        assert reviewer_names(session, [wren.id, owl.id, "nobody"]) == {wren.id: "Wren", owl.id: "Owl"}
        assert [event.action for event in case_events(session, desk_world.case(SHOP).id)] == ["review.confirm"]


def test_a_stretch_of_critical_cases_ends_with_a_break(desk_world: World) -> None:
    pages = [sites.listing(number) for number in (3, 6, 9)]
    desk_world.run([*pages, sites.clinic()])
    wren = desk_world.person("Wren")
    for page, minutes in zip(pages, (15, 8, 9), strict=True):
        desk_world.decide(page.url, Decision.CONFIRM)
        desk_world.clock.go(minutes=minutes)
    with reading(desk_world.engine) as session:
        assert stretch_of_critical(session, wren.id, desk_world.clock()) == timedelta(minutes=17)
        desk_world.clock.go(minutes=2)
        assert stretch_of_critical(session, wren.id, desk_world.clock()) == timedelta(0)
