"""`rxwarden key`: a key is shown once, listed without its secret, and ends when revoked."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import build_app
from api.exceptions import NotFound


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RXWARDEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(["key"]), ["key", *arguments])


def test_a_key_is_printed_once_and_listed_without_its_secret() -> None:
    made = run("create", "--name", "ads", "--scope", "lookup", "--scope", "judge", "--days", "30")
    token = made.stdout.strip()
    _, key_id, secret = token.split("_")
    listed = run("list").stdout
    assert key_id in listed
    assert "ads" in listed
    assert "judge, lookup" in listed
    assert "good until" in listed
    assert "never" in listed
    assert secret not in listed


def test_a_revoked_key_is_listed_as_such() -> None:
    key_id = run("create", "--name", "ads", "--scope", "lookup").stdout.split("_")[1]
    assert key_id in run("revoke", key_id).stdout
    assert "revoked" in run("list").stdout


def test_a_key_that_is_not_there_cannot_be_revoked() -> None:
    assert isinstance(run("revoke", "nobody").exception, NotFound)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", "ads"),
        ("--scope", "lookup"),
        ("--name", "ads", "--scope", "everything"),
        ("--name", "ads", "--scope", "lookup", "--days", "0"),
    ],
)
def test_a_key_needs_a_name_a_scope_and_whole_days(arguments: tuple[str, ...]) -> None:
    assert run("create", *arguments).exit_code == 2
