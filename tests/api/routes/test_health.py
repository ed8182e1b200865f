"""/healthz and /readyz."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.services.models import model_folder
from api.settings import Settings
from api.store.migrating import downgrade
from tests.api.serving import Served, problem, serving
from tests.api.world import Said, World


def fields(body: dict[str, object]) -> dict[str, str]:
    found = body["fields"]
    assert isinstance(found, list)
    return {each["field"]: each["problem"] for each in found}


def place_model(settings: Settings) -> Path:
    folder = model_folder(settings)
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{}")
    return folder


def test_a_living_process_says_so_without_a_key(served: Served) -> None:
    assert served.client.get("/healthz").json() == {"status": "ok"}


def test_a_service_with_everything_in_place_is_ready(served: Served) -> None:
    place_model(served.settings)
    told = served.client.get("/readyz")
    assert told.status_code == 200, told.text
    assert told.json() == {"status": "ready", "index_age_seconds": 0.0, "warnings": []}


def test_a_missing_model_and_an_old_database_are_named_with_what_to_do(served: Served) -> None:
    downgrade(served.world.engine, "0001_pages")
    told = fields(problem(served.client.get("/readyz"), 503))
    assert "rxwarden db upgrade" in told["migrations"]
    assert "rxwarden train" in told["model"]


def test_a_database_that_cannot_be_opened_is_named(small_world: World, settings: Settings, tmp_path: Path) -> None:
    with serving(small_world, settings) as served:
        small_world.engine.dispose()
        (tmp_path / "only.sqlite3").write_bytes(b"no database " * 1000)
        told = fields(problem(served.client.get("/readyz"), 503))
        assert "RXWARDEN_DATA" in told["database"]
        problem(served.get("/v1/lookup?url=http://a.example/"), 503)


def test_a_job_that_does_not_run_is_told_of_while_look_ups_go_on(served: Served) -> None:
    place_model(served.settings)
    served.world.visit({"http://a.example/": ("Soap", [])})
    served.clock.pass_seconds(30 * 86_400)
    told = served.client.get("/readyz")
    assert (told.status_code, told.json()["status"]) == (200, "ready")
    (warning,) = told.json()["warnings"]
    assert warning["field"] == "weekly"
    assert "rxwarden weekly --print-timer" in warning["problem"]
    assert "shop" not in told.text


def test_what_is_not_there_and_what_takes_no_such_method_say_so(served: Served) -> None:
    assert problem(served.client.get("/v1/nothing"), 404)["code"] == "not_found"
    for method, path in (("DELETE", "/v1/flags"), ("PUT", "/v1/lookup"), ("POST", "/healthz")):
        refused = served.client.request(method, path)
        assert problem(refused, 405)["code"] == "method_not_allowed"
        assert refused.headers["allow"]


def test_a_mistake_of_ours_is_answered_without_its_trace(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    served.world.visit({"http://a.example/": ("Shop\nketamine", [Said("ketamine")])})
    with served.world.engine.begin() as connection:
        connection.execute(text("UPDATE review_case SET state = 'odd'"))
    told = problem(served.get("/v1/flags", state="any"), 500)
    assert told["code"] == "internal"
    assert "odd" not in str(told)
    assert str(told["request_id"]) in caplog.text
    assert "ValueError" in caplog.text


def test_look_ups_go_on_with_the_last_index_and_readyz_tells_of_it(served: Served) -> None:
    place_model(served.settings)
    served.world.visit({"http://a.example/": ("Soap", [])})
    assert served.look_up("http://a.example/")["status"] == "known"
    with served.world.engine.begin() as connection:
        connection.execute(text("ALTER TABLE page_address RENAME TO gone"))
    assert served.look_up("http://a.example/")["status"] == "known"
    served.clock.pass_seconds(61)
    assert "in step" in fields(problem(served.client.get("/readyz"), 503))["index"]
