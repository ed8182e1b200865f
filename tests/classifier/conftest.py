"""Fixtures for the classifier room: the trained judge."""

from pathlib import Path

import pytest

from classifier.predictor import Predictor


@pytest.fixture(scope="session")
def predictor(model_folder: Path) -> Predictor:
    """The judge that this checkout's model and policy pack make."""
    return Predictor.load(model_folder)
