"""The installation's secret: made once, private, one key for each use."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

from api.services.secret import derived_key, load_secret
from api.settings import Settings


def test_a_secret_is_made_once_and_only_its_owner_reads_it(settings: Settings) -> None:
    settings.folder.create()
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: load_secret(settings), range(8)))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 43
    assert settings.folder.secret.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in settings.data.iterdir() if file.is_file()] == ["secret"]


def test_a_secret_of_the_environment_is_used_and_not_written(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret=SecretStr("s" * 40))
    assert load_secret(settings) == b"s" * 40
    assert list(tmp_path.iterdir()) == []


def test_each_use_has_a_key_of_its_own() -> None:
    assert len({derived_key(b"s", "api-keys"), derived_key(b"s", "cursors"), derived_key(b"t", "cursors")}) == 3
