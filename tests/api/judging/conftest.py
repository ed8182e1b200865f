"""Fixtures for judging: the scanner, and the command as outside tools call it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from api.judging.scanner import Scanner
from tests.api.judging.runs import Run


class Judge(Protocol):
    """Runs `rxwarden judge`."""

    def __call__(self, *arguments: str, stdin: bytes = b"", folder: Path | None = None) -> Run: ...


@pytest.fixture(scope="session")
def scanner(model_folder: Path) -> Iterator[Scanner]:
    """Two judging processes with this checkout's model."""
    with Scanner(model_folder) as running:
        yield running


@pytest.fixture(scope="session")
def judge(model_folder: Path) -> Judge:
    """The command in a process of its own, in a terminal that does not speak UTF-8."""
    environment = {**os.environ, "RXWARDEN_DATA": str(model_folder.parents[1]), "PYTHONIOENCODING": "ascii"}

    def run(*arguments: str, stdin: bytes = b"", folder: Path | None = None) -> Run:
        done = subprocess.run(
            [sys.executable, "-c", "from api.cli import main; main()", "judge", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=folder,
            env=environment,
        )
        return Run(done.returncode, done.stdout, done.stderr.decode())

    return run
