"""Settings: read from the environment alone, refusing what is unsafe with a sentence."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from api.exceptions import SettingsInvalid
from api.jobs.weekly import fetch_policy
from api.settings import load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "DATA",
        "DATABASE_URL",
        "SECRET",
        "HOST",
        "PORT",
        "PUBLIC_URL",
        "ALLOWED_ADDRESSES",
        "CONTACT",
        "DEMO",
    ):
        monkeypatch.delenv(f"RXWARDEN_{name}", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def test_nothing_set_is_a_safe_local_installation(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data == tmp_path / "rxwarden"
    assert settings.store_url == f"sqlite:///{tmp_path}/rxwarden/rxwarden.sqlite3"
    assert (settings.base_url, settings.demo, settings.allowed_addresses) == ("http://127.0.0.1:8000", False, ())


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEMO": "1", "HOST": "0.0.0.0"}, "RXWARDEN_DEMO signs anybody in"),
        ({"HOST": "0.0.0.0"}, "set RXWARDEN_PUBLIC_URL to the https address"),
        ({"HOST": "::", "PUBLIC_URL": "http://rx.example"}, "set RXWARDEN_PUBLIC_URL to the https address"),
        ({"ALLOWED_ADDRESSES": "127.0.0.1:80"}, "it needs RXWARDEN_DEMO=1"),
        ({"SECRET": "hunter2"}, "RXWARDEN_SECRET is too short"),
        ({"DATABASE_URL": "mysql://db/rx"}, "RXWARDEN_DATABASE_URL names a database that is not supported"),
        ({"PORT": "eighty"}, "RXWARDEN_PORT"),
        ({"PORT": "70000"}, "RXWARDEN_PORT"),
    ],
)
def test_what_is_wrong_or_unsafe_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str], sentence: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"RXWARDEN_{name}", value)
    with pytest.raises(SettingsInvalid, match=sentence):
        load_settings()


def test_secrets_show_up_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXWARDEN_SECRET", "hunter2")
    monkeypatch.setenv("RXWARDEN_DATABASE_URL", "mysql://rx:hunter3@db/rx")
    with pytest.raises(SettingsInvalid) as refused:
        load_settings()
    assert "hunter" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_postgresql_url_is_taken_as_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXWARDEN_DATABASE_URL", "postgresql://rx:pw@db/rx")
    assert load_settings().store_url == "postgresql+psycopg://rx:pw@db/rx"
    assert "pw@" not in repr(load_settings())


def test_a_crawl_outside_the_demo_needs_somebody_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsInvalid, match="set RXWARDEN_CONTACT"):
        fetch_policy(load_settings())
    monkeypatch.setenv("RXWARDEN_CONTACT", "not an address")
    with pytest.raises(SettingsInvalid, match="RXWARDEN_CONTACT"):
        fetch_policy(load_settings())
    monkeypatch.setenv("RXWARDEN_CONTACT", "https://scanner.example/bot")
    policy = fetch_policy(load_settings())
    assert "https://scanner.example/bot" in policy.user_agent
    assert policy.delay_seconds >= 1


def test_the_demo_may_contact_exactly_the_addresses_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RXWARDEN_DEMO", "1")
    monkeypatch.setenv("RXWARDEN_ALLOWED_ADDRESSES", "127.0.0.1:8808, [::1]:8808")
    assert fetch_policy(load_settings()).allowed_addresses == ("127.0.0.1:8808", "[::1]:8808")
