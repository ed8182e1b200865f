"""Fixtures for all rooms."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from api.services.models import current_model
from api.settings import Settings
from classifier.predictor import Predictor

ROOT = Path(__file__).resolve().parents[1]
ADVICE = "Chromium is missing: `apt-get install chromium`"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of yardsticks beside the checkout; what is in it is read, never copied."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("The yardsticks are absent: put the folder `shared` beside the checkout to run this test.")
    return folder


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The folder of this checkout's model: trained at the first need, kept while all it is made from stays the same."""
    settings = Settings(data=ROOT / "build" / "test-data", demo=True)
    settings.folder.create()
    with (settings.data / "model.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return current_model(settings)


@pytest.fixture(scope="session")
def predictor(model_folder: Path) -> Predictor:
    """The judge that this checkout's model and policy pack make."""
    return Predictor.load(model_folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; its event loop ends with the module, for others run loops of their own."""
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI") == "true":
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()
