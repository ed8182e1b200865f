"""Signing in: links good once, sessions that end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from api.exceptions import NameInvalid, NotFound, SignInRefused
from api.services.people import add_reviewer, find_session, issue_link, note_seen, sign_in, sign_out
from api.services.tokens import draw_base62
from api.store.engine import reading, writing
from api.store.kinds import Role
from api.store.tables.people import LoginLink, Reviewer, ReviewerSession
from tests.api.world import MONDAY, World

MINUTE = timedelta(minutes=1)


def test_a_link_signs_in_once(world: World) -> None:
    link = invite(world)
    token = enter(world, link)
    assert who(world, token, MONDAY) == "heron"
    with pytest.raises(SignInRefused, match="was used"):
        enter(world, link)


def test_of_two_requests_with_one_link_one_gets_in(world: World) -> None:
    link = invite(world)

    def attempt(_number: int) -> bool:
        try:
            enter(world, link)
        except SignInRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(attempt, range(4))) == [False, False, False, True]


def test_a_link_ends_after_an_hour(world: World) -> None:
    with pytest.raises(SignInRefused, match="is over"):
        enter(world, invite(world), at=MONDAY + timedelta(hours=1))


def test_a_session_idles_out_after_half_an_hour_unless_it_is_used(world: World) -> None:
    token = enter(world, invite(world))
    assert who(world, token, MONDAY + 29 * MINUTE) == "heron"
    with pytest.raises(SignInRefused, match="session is over"):
        who(world, token, MONDAY + 30 * MINUTE)
    with writing(world.engine) as session:
        assert note_seen(session, token, now=MONDAY + 29 * MINUTE)
        assert not note_seen(session, token, now=MONDAY + 29 * MINUTE + timedelta(seconds=59))
    assert who(world, token, MONDAY + 58 * MINUTE) == "heron"


def test_a_session_ends_after_twelve_hours_however_busy(world: World) -> None:
    token = enter(world, invite(world))
    for step in range(29, 12 * 60, 29):
        with writing(world.engine) as session:
            note_seen(session, token, now=MONDAY + step * MINUTE)
    assert who(world, token, MONDAY + timedelta(hours=12) - MINUTE) == "heron"
    with pytest.raises(SignInRefused, match="session is over"):
        who(world, token, MONDAY + timedelta(hours=12))


def test_signing_out_ends_the_session(world: World) -> None:
    token = enter(world, invite(world))
    with writing(world.engine) as session:
        sign_out(session, token, now=MONDAY)
        sign_out(session, "unknown", now=MONDAY)
    with pytest.raises(SignInRefused, match="not signed in"):
        who(world, token, MONDAY)


def test_a_person_who_left_is_out_at_once(world: World) -> None:
    token = enter(world, invite(world))
    with writing(world.engine) as session:
        reviewer = session.exec(select(Reviewer)).one()
        reviewer.active = False
        session.add(reviewer)
    with pytest.raises(SignInRefused, match="may no longer"):
        who(world, token, MONDAY)
    with pytest.raises(NotFound, match="no active reviewer"):
        invite(world)


def test_tokens_are_kept_as_hashes_only(world: World) -> None:
    link = invite(world)
    token = enter(world, link)
    with reading(world.engine) as session:
        kept = session.exec(select(LoginLink)).one().model_dump_json()
        kept += session.exec(select(ReviewerSession)).one().model_dump_json()
    assert link not in kept
    assert token not in kept


@pytest.mark.parametrize("name", ["", "a\nb", "<b>", "x" * 65, " heron"])
def test_a_name_that_nobody_could_read_is_refused(world: World, name: str) -> None:
    with pytest.raises(NameInvalid, match="is no name"), writing(world.engine) as session:
        add_reviewer(session, name=name, role=Role.REVIEWER, actor="operator", now=MONDAY)


def test_a_name_is_given_once(world: World) -> None:
    world.reviewer("heron")
    with pytest.raises(NameInvalid, match="is taken"), writing(world.engine) as session:
        add_reviewer(session, name="heron", role=Role.ADMIN, actor="operator", now=MONDAY)


def invite(world: World) -> str:
    world.reviewer("heron")
    with writing(world.engine) as session:
        return issue_link(session, "heron", draw=draw_base62, actor="operator", now=MONDAY)


def enter(world: World, link: str, at: datetime = MONDAY) -> str:
    with writing(world.engine) as session:
        return sign_in(session, link, draw=draw_base62, now=at).token


def who(world: World, token: str, at: datetime) -> str:
    with reading(world.engine) as session:
        return find_session(session, token, now=at).name
