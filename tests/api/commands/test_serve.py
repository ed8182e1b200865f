"""`rxwarden serve`: over a real socket, and what it refuses to start with."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from api.cli import build_app
from api.commands.serve import refuse_unsafe
from api.exceptions import SettingsInvalid, StoreOutdated
from api.settings import Settings
from api.store.migrating import downgrade
from api.store.opening import open_store

ROOT = Path(__file__).parents[3]
START_SECONDS = 60
SECRET = "s" * 32
NO_HEADERS: Mapping[str, str] = {}
OUTSIDE = {"host": "0.0.0.0", "public_url": "https://review.example", "secret": SecretStr(SECRET)}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of an installation of its own, set for this process too."""
    for name in [name for name in os.environ if name.startswith("RXWARDEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return dict(os.environ)


@pytest.fixture
def port(environment: dict[str, str]) -> Iterator[int]:
    """The port of a service in a process of its own; it is bound here, so that nobody takes it in between."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen: int = taken.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(chosen)]
    with subprocess.Popen(command, env=environment) as service:
        try:
            wait_for(chosen, service)
            yield chosen
        finally:
            service.send_signal(signal.SIGINT)
            service.wait(START_SECONDS)


def wait_for(port: int, service: subprocess.Popen[bytes]) -> None:
    """Connect again and again until somebody listens."""
    for _ in range(START_SECONDS * 10):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.1):
                return
        except OSError:
            try:
                service.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail("the service did not start")


def ask(
    port: int, method: str, target: str, headers: Mapping[str, str] = NO_HEADERS, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_key_made_on_the_command_line_opens_a_service_over_a_real_socket(port: int) -> None:
    made = CliRunner().invoke(build_app(["key"]), ["key", "create", "--name", "ads", "--scope", "lookup"])
    key = {"Authorization": f"Bearer {made.stdout.strip()}"}
    status, headers, body = ask(port, "GET", "/v1/lookup?url=http%3A%2F%2Fa.example%2F", key)
    assert (status, json.loads(body)["status"]) == (200, "unknown")
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"

    encoded_twice = "http%3A%2F%2Fh%2F" + "%252525" * 1300
    assert json.loads(ask(port, "GET", f"/v1/lookup?url={encoded_twice}", key)[2])["canonical_url"].endswith("%25%25")

    batch = json.dumps({"urls": ["http://a.example/", 7]}).encode()
    status, _, body = ask(port, "POST", "/v1/lookup", {"Content-Type": "application/json", **key}, batch)
    assert [each["status"] for each in json.loads(body)["answers"]] == ["unknown", "invalid"]

    status, headers, _ = ask(port, "POST", "/v1/lookup", key, b"x" * ((4 << 20) + 1))
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert ask(port, "GET", "/v1/flags", key)[0] == 403
    assert ask(port, "GET", "/v1/nothing", key)[1]["content-type"] == "application/problem+json"
    assert json.loads(ask(port, "GET", "/healthz")[2]) == {"status": "ok"}


def test_a_service_of_this_machine_alone_needs_nothing(tmp_path: Path) -> None:
    refuse_unsafe(Settings(data=tmp_path), proxy="")


@pytest.mark.parametrize(
    ("changes", "proxy", "named"),
    [
        ({"secret": SecretStr("")}, "10.0.0.1", "RXWARDEN_SECRET"),
        ({"public_url": "http://review.example"}, "10.0.0.1", "RXWARDEN_PUBLIC_URL"),
        ({}, "", "--proxy"),
        ({"demo": True}, "10.0.0.1", "RXWARDEN_DEMO"),
    ],
)
def test_a_service_for_others_needs_a_secret_and_a_named_https_proxy(
    tmp_path: Path, changes: dict[str, object], proxy: str, named: str
) -> None:
    settings = Settings(data=tmp_path).model_copy(update={**OUTSIDE, **changes})
    with pytest.raises(SettingsInvalid, match=named):
        refuse_unsafe(settings, proxy)


def test_a_service_for_others_starts_with_both(tmp_path: Path) -> None:
    refuse_unsafe(Settings(data=tmp_path).model_copy(update=OUTSIDE), "10.0.0.1")


def test_an_address_given_on_the_command_line_is_held_to_the_same(environment: dict[str, str]) -> None:
    told = CliRunner().invoke(build_app(["serve"]), ["serve", "--host", "0.0.0.0"])
    assert isinstance(told.exception, SettingsInvalid)


def test_an_outdated_database_is_not_served(environment: dict[str, str], tmp_path: Path) -> None:
    engine = open_store(Settings(data=tmp_path / "data"))
    downgrade(engine, "0001_pages")
    engine.dispose()
    told = CliRunner().invoke(build_app(["serve"]), ["serve"])
    assert isinstance(told.exception, StoreOutdated)
    assert "rxwarden db upgrade" in str(told.exception)
