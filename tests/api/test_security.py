"""Keys, scopes and allowances, as clients meet them."""

import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.services.keys import revoke_key
from api.settings import Settings
from api.store.engine import writing
from api.store.kinds import KeyScope
from tests.api.serving import Served, bearer, problem, serving
from tests.api.world import World

LOOKUP = "/v1/lookup?url=http://a.example/"
CASE = "/v1/cases/" + "0" * 32
ROUTES = {
    KeyScope.LOOKUP: ("GET", LOOKUP),
    KeyScope.JUDGE: ("POST", "/v1/judge"),
    KeyScope.FLAGS: ("GET", "/v1/flags"),
    KeyScope.REVIEW: ("POST", f"{CASE}/reviews"),
}


@pytest.fixture
def served(small_world: World, settings: Settings) -> Iterator[Served]:
    with serving(small_world, settings) as running:
        yield running


@pytest.mark.parametrize(("method", "path"), [*ROUTES.values(), ("POST", "/v1/lookup"), ("GET", CASE)])
def test_every_route_asks_for_a_key(served: Served, method: str, path: str) -> None:
    response = served.client.request(method, path, json={"text": "x"} if method == "POST" else None)
    assert problem(response, 401)["code"] == "key_refused"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scope", list(KeyScope))
def test_a_key_without_the_scope_is_told_which_one_is_missing(served: Served, scope: KeyScope) -> None:
    method, path = ROUTES[scope]
    token = served.new_key(*(set(KeyScope) - {scope}))
    response = served.client.request(method, path, headers=bearer(token), json={} if method == "POST" else None)
    told = problem(response, 403)
    assert told["code"] == "scope_missing"
    assert f"lacks the scope {scope.value}" in str(told["detail"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic abc",
        "rxw_aaaaaaaa_" + "b" * 32,
        "Bearer rxw_aaaaaaaa_" + "b" * 32,
        "Bearer " + "x" * 9000,
    ],
)
def test_what_is_no_key_is_refused(served: Served, header: str) -> None:
    response = served.client.get(LOOKUP, headers={"Authorization": header})
    assert problem(response, 401)["code"] == "key_refused"


def test_a_key_that_differs_in_its_last_character_is_refused_like_an_unknown_one(served: Served) -> None:
    altered = served.key[:-1] + ("a" if served.key[-1] != "a" else "b")
    unknown = "rxw_" + ("0" * 8) + served.key[12:]
    sentences = {problem(served.get(LOOKUP, token), 401)["detail"] for token in (altered, unknown)}
    assert len(sentences) == 1


def test_secrets_are_compared_in_constant_time(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    compare = hmac.compare_digest

    def watched(kept: str, given: str) -> bool:
        compared.append(kept)
        return compare(kept, given)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    assert served.get(LOOKUP).status_code == 200
    assert compared == [served.key_row(served.key).secret_hash]


def test_a_revoked_key_ends_within_a_second(served: Served) -> None:
    assert served.get(LOOKUP).status_code == 200
    with writing(served.world.engine) as session:
        revoke_key(session, served.key.split("_")[1], actor="test", now=served.clock.now())
    served.clock.pass_seconds(1)
    assert "was revoked" in str(problem(served.get(LOOKUP), 401)["detail"])


def test_an_expired_key_ends_at_once(served: Served) -> None:
    token = served.new_key(KeyScope.LOOKUP, expires_at=served.clock.now() + timedelta(milliseconds=500))
    assert served.get(LOOKUP, token).status_code == 200
    served.clock.pass_seconds(0.5)
    assert "has expired" in str(problem(served.get(LOOKUP, token), 401)["detail"])


def test_a_keys_use_is_noted(small_world: World, settings: Settings) -> None:
    with serving(small_world, settings) as served:
        served.get(LOOKUP)
    key = served.key_row(served.key)
    assert key.last_used_at == served.clock.now()


def test_answers_carry_the_allowance_that_is_left(served: Served) -> None:
    response = served.get(LOOKUP)
    assert response.headers["ratelimit-policy"] == '"units";q=3000;w=30'
    assert response.headers["ratelimit"] == '"units";r=2999;t=1'
    assert served.get("/v1/flags").headers["ratelimit"] == '"units";r=2998;t=1'


def test_a_key_that_used_its_units_up_is_told_when_to_come_back(served: Served) -> None:
    batch = {"urls": ["http://a.example/"] * 500}
    for _ in range(6):
        assert served.post("/v1/lookup", batch).status_code == 200
    refused = served.post("/v1/lookup", batch)
    assert problem(refused, 429)["code"] == "rate_limited"
    assert refused.headers["retry-after"] == "5"
    assert refused.headers["ratelimit"] == '"units";r=0;t=30'
    assert served.get(LOOKUP, served.new_key(KeyScope.LOOKUP)).status_code == 200
    served.clock.pass_seconds(5)
    assert served.post("/v1/lookup", batch).status_code == 200
