"""`rxwarden weekly --print-timer`: lines that systemd and a shell take as they stand."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.commands.timer import timer_text
from api.settings import Settings

AWKWARD = Path("/srv/100 % ours/rx")


@pytest.fixture
def text(tmp_path: Path) -> str:
    """The lines of an installation with awkward names and with secrets."""
    command = tmp_path / "100 % bin" / "rxwarden"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    settings = Settings(
        data=AWKWARD,
        contact="https://scanner.example/bot",
        capture_budget_gb=2.5,
        secret=SecretStr("s" * 40),
        database_url=SecretStr("postgresql://rx:hunter2@db/rx"),
    )
    return timer_text(settings, command, user="root")


def units(text: str) -> dict[str, str]:
    """Give file name to content of the unit files."""
    parts = re.split(r"^# /etc/systemd/system/(\S+)$", text.partition("\n# Then:")[0], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_systemd_takes_the_units_as_they_stand(text: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing: install systemd to run this test")
    for name, content in units(text).items():
        (tmp_path / name).write_text(content)
    files = [str(tmp_path / name) for name in units(text)]
    said = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
    # What it says of other units of the machine is not about ours.
    assert [line for line in said.stderr.splitlines() if "rxwarden" in line] == []
    assert set(units(text)) == {"rxwarden-weekly.service", "rxwarden-weekly.timer"}


def test_the_cron_line_gives_a_shell_the_same_words(text: str) -> None:
    line = text.strip().splitlines()[-1]
    minute, hour, *rest = line.split(" ", 5)
    assert (minute, hour, rest[:3]) == ("17", "3", ["*", "*", "*"])
    words = shlex.split(rest[3].replace(r"\%", "%"))
    assert words[:4] == [
        "env",
        f"RXWARDEN_DATA={AWKWARD}",
        "RXWARDEN_CONTACT=https://scanner.example/bot",
        "RXWARDEN_CAPTURE_BUDGET_GB=2.5",
    ]
    assert (words[-1], words[-2].endswith("100 % bin/rxwarden")) == ("weekly", True)


def test_secrets_are_named_and_never_printed(text: str) -> None:
    assert "EnvironmentFile=/etc/rxwarden.env" in text
    assert "hunter2" not in text
    assert "s" * 40 not in text


def test_what_is_still_missing_is_said() -> None:
    assert "#Environment=RXWARDEN_CONTACT=" in timer_text(Settings(data=AWKWARD), Path("/bin/rxwarden"))
