"""Every route says what it does, what it needs and how it fails; the documented look-up answers as the real one."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api.dependencies import Clock
from api.edge import Edge
from api.main import create_routed
from api.settings import Settings
from api.store.kinds import Decision, Scope
from tests.api.serving import bearer, serving
from tests.api.world import Said, World

OPEN = ("/healthz", "/readyz")
DOCUMENT = create_routed(Settings(data=Path("unused"))).openapi()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def test_the_document_names_every_route_of_the_api() -> None:
    assert set(DOCUMENT["paths"]) == {
        "/v1/lookup",
        "/v1/judge",
        "/v1/flags",
        "/v1/cases/{case_id}",
        "/v1/cases/{case_id}/reviews",
        *OPEN,
    }


def test_no_page_loads_assets_of_others() -> None:
    routes = create_routed(Settings(data=Path("unused"))).routes
    assert not {"/docs", "/redoc"} & {getattr(route, "path", "") for route in routes}


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_is_documented(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
    expected = {"500"} if path in OPEN else {"401", "403", "422", "429", "500", "503"}
    if method == "post":
        expected |= {"400", "408", "413", "415"}
    assert expected <= errors.keys()
    for status, answer in errors.items():
        assert answer["description"].endswith("."), status
        assert list(answer["content"]) == ["application/problem+json"], status


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_a_route_names_the_key_it_needs(path: str, method: str, operation: dict[str, Any]) -> None:
    assert ("security" in operation) == (path not in OPEN)
    if path not in OPEN:
        assert "Needs the scope `" in operation["description"]


def test_the_document_is_served(small_world: World, settings: Settings) -> None:
    with serving(small_world, settings) as served:
        assert served.client.get("/openapi.json").json() == DOCUMENT


def test_the_documented_look_up_answers_what_the_one_in_front_answers(small_world: World, settings: Settings) -> None:
    listed, reached, unknown = "http://a.example/x?y", "http://a.example/z", "http://b.example/"
    small_world.visit({listed: ("Shop\nketamine", [Said("ketamine")])})
    small_world.review(listed, Decision.CONFIRM, scope=Scope.HOST)
    with serving(small_world, settings) as front:
        clock = Clock(front.clock.now, front.clock.monotonic)
        documented = Edge(create_routed(front.settings, clock), is_https=False)
        with TestClient(documented) as back:
            both = (front.client, back)
            for query in (*(f"?url={quote(url, safe='')}" for url in (listed, reached, unknown, "mailto:x")), "", "?x"):
                answers = [each.get(f"/v1/lookup{query}", headers=bearer(front.key)) for each in both]
                assert_same(*answers)
            bodies: list[object] = [{"urls": [listed, unknown, 7, ""]}, {"urls": []}, [], {"urls": ["x"] * 501}]
            for body in bodies:
                answers = [each.post("/v1/lookup", headers=bearer(front.key), json=body) for each in both]
                assert_same(*answers)


def assert_same(front: Any, back: Any) -> None:
    assert front.status_code == back.status_code
    told = [{**each.json(), "request_id": ""} for each in (front, back)]
    assert told[0] == told[1]
    own = ("x-request-id", "content-length")
    assert {k: v for k, v in front.headers.items() if k not in own} == {
        k: v for k, v in back.headers.items() if k not in own
    }
