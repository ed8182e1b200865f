"""Signing in by a one-time link: the session, its cookie, its end."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api.console.visitor import cookie_name
from api.store.kinds import Role
from tests.api.console.conftest import SignIn
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World


def test_a_link_opens_a_session_whose_cookie_no_script_can_read(stranger: TestClient, world: World) -> None:
    answer = stranger.get(world.link())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("rxw_session=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert stranger.get("/").status_code == 200


def test_a_link_works_once(stranger: TestClient, world: World) -> None:
    link = world.link()
    stranger.get(link)
    stranger.cookies.clear()
    answer = stranger.get(link)
    assert answer.status_code == 401
    assert words(one(soup(answer), "[role=alert]")) == (
        "This sign-in link is not known, was used, or is over; ask for a new sign-in link."
    )


def test_a_browser_that_looks_ahead_does_not_use_the_link_up(stranger: TestClient, world: World) -> None:
    link = world.link()
    assert stranger.get(link, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 503
    assert stranger.get(link).status_code == 303


@pytest.mark.parametrize("path", ["/", "/cases/x", "/runs", "/sources", "/overview", "/policy", "/people", "/keys"])
def test_without_a_session_every_page_says_how_to_get_a_link(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert "rxwarden user link" in words(one(soup(answer), "main"))


def test_a_session_ends_after_half_an_hour_without_use_and_lasts_while_used(heron: TestClient, world: World) -> None:
    for _ in range(3):
        world.clock.go(minutes=25)
        assert heron.get("/").status_code == 200
    world.clock.go(minutes=31)
    answer = heron.get("/")
    assert answer.status_code == 401
    assert "Your session is over" in words(one(soup(answer), "[role=alert]"))


def test_signing_out_ends_the_session_for_good(heron: TestClient) -> None:
    token = str(one(soup(heron.get("/")), 'form[action="/sign-out"] input[name=form_token]')["value"])
    session = heron.cookies["rxw_session"]
    assert heron.post("/sign-out", data={"form_token": token}).headers["location"] == "/sign-in"
    heron.cookies.set("rxw_session", session)
    assert heron.get("/").status_code == 401


def test_somebody_signed_in_is_sent_on_from_the_sign_in_page(heron: TestClient) -> None:
    assert heron.get("/sign-in").headers["location"] == "/"


def test_over_https_the_cookie_is_bound_to_the_host_and_never_travels_in_the_clear(world: World) -> None:
    desk = world.desk()
    assert cookie_name(desk) == "rxw_session"
    secure = replace(desk, base_url="https://rx.example")
    assert cookie_name(secure) == "__Host-rxw_session"


def test_a_person_who_was_turned_off_is_out_at_once(sign_in: SignIn, world: World) -> None:
    client = sign_in("Wren", Role.LEAD)
    world.turn_off("Wren")
    assert client.get("/").status_code == 401
