"""Headers on every answer, forms that only this site and session can send, files that cannot lead elsewhere."""

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.console.forms import MOST_BYTES
from api.console.page import static_digest
from api.console.router import MODULES
from api.store.kinds import Role
from tests.api.console.conftest import SignIn
from tests.api.console.reading import one, soup
from tests.api.console.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORMS = sorted(
    route.path
    for module in MODULES
    for route in module.router.routes
    if isinstance(route, APIRoute) and "POST" in (route.methods or ())
)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in?token=x", "/cases/none", "/policy", "/overview"])
def test_every_page_carries_the_policy_that_keeps_scripts_and_frames_out(heron: TestClient, path: str) -> None:
    answer = heron.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


def test_the_forms_are_those_that_this_file_knows() -> None:
    cases = ["/cases/{case_id}/evidence", "/cases/{case_id}/reviews"]
    sources = ["/sources", *(f"/sources/{verb}" for verb in ("pause", "remove", "resume", "test"))]
    assert [*cases, "/people", "/people/links", "/preferences", "/sign-out", *sources] == FORMS


def form_token(client: TestClient) -> str:
    return str(soup(client.get("/keys")).select("input[name=form_token]")[0]["value"])


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_from_another_site_is_refused(sign_in: SignIn, path: str, headers: dict[str, str]) -> None:
    client = sign_in("Owl", Role.ADMIN)
    answer = client.post(path.format(case_id="x"), data={"form_token": form_token(client)}, headers=headers)
    assert answer.status_code == 403
    assert "sent from another site" in answer.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_sessions_token_is_refused(sign_in: SignIn, path: str, token: str) -> None:
    client = sign_in("Owl", Role.ADMIN)
    assert client.post(path.format(case_id="x"), data={"form_token": token}).status_code == 403


def test_a_form_token_of_another_session_is_refused(sign_in: SignIn) -> None:
    one, other = sign_in("Owl", Role.ADMIN), sign_in("Owl", Role.ADMIN)
    answer = one.post("/preferences", data={"form_token": form_token(other), "theme": "dark"})
    assert answer.status_code == 403
    assert "rxw_theme" not in one.cookies


def test_our_own_form_is_taken_whichever_header_names_the_sender(heron: TestClient) -> None:
    data = {"form_token": form_token(heron), "theme": "dark"}
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}):
        assert heron.post("/preferences", data=data, headers=headers).status_code == 303


def test_a_form_too_large_or_with_too_many_fields_is_refused(heron: TestClient) -> None:
    for content in (b"note=" + b"x" * MOST_BYTES, b"a=1&" * 5000):
        answer = heron.post("/preferences", content=content)
        assert answer.status_code == 403
        assert "What you sent" in answer.text


def test_a_body_that_is_no_form_is_refused(heron: TestClient) -> None:
    assert heron.post("/preferences", content=b"\xff\xfe\x00").status_code == 403


def test_a_failing_store_is_a_page_that_keeps_the_note(full_world: World, heron: TestClient) -> None:
    token = form_token(heron)
    full_world.engine.dispose()
    full_world.break_store()
    answer = heron.post("/cases/x/reviews", data={"form_token": token, "note": "Kept."})
    assert answer.status_code == 503
    assert one(soup(answer), "#kept").get_text() == "Kept."


def test_files_may_be_kept_for_good_under_their_digest_only(stranger: TestClient) -> None:
    current = stranger.get(f"/static/{static_digest()}/console.js")
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert current.headers["content-type"].startswith("text/javascript")
    assert stranger.get(f"/static/{'0' * 12}/console.js").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/../page.py", "/static/%2e%2e/page.py", "/static/000000000000/..%2fpage.py"])
def test_files_outside_the_folder_cannot_be_had(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 404


def test_the_icon_that_browsers_ask_for_is_there(stranger: TestClient) -> None:
    answer = stranger.get("/favicon.ico")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/x-icon")
    assert answer.content.startswith(b"\x00\x00\x01\x00")


def test_no_page_has_inline_style_or_script(sign_in: SignIn, full_world: World, app: FastAPI) -> None:
    client = sign_in("Owl", Role.ADMIN)
    for path in ("/", f"/cases/{full_world.case().id}", "/runs", "/sources", "/overview", "/policy", "/people"):
        page = soup(client.get(path))
        assert not page.select("style, [style], script:not([src])")
        assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
