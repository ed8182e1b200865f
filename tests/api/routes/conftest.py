"""The application over a small world, with and without a model."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.services import models
from api.settings import Settings
from tests.api.serving import Served, serving
from tests.api.world import World


@pytest.fixture
def served(small_world: World, settings: Settings) -> Iterator[Served]:
    """The application over an empty SQLite database."""
    with serving(small_world, settings) as running:
        yield running


@pytest.fixture
def with_model(settings: Settings, model_folder: Path) -> Settings:
    """Settings of an installation that has its model."""
    shutil.copytree(model_folder, models.model_folder(settings))
    return settings


@pytest.fixture
def judging(small_world: World, with_model: Settings) -> Iterator[Served]:
    """The application with a model."""
    with serving(small_world, with_model) as running:
        yield running
