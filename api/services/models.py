"""Which model an installation judges by: the one made from what is installed, trained once when it is not there yet."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from api.settings import Settings
from classifier.policy import load_policy
from classifier.provenance import provenance_digest

Progress = Callable[[str, int, int], None]


def labelled_data() -> Path:
    """The folder of labelled data that came with the installation."""
    return Path(str(resources.files("labeled_data")))


def model_folder(settings: Settings) -> Path:
    """Where the model of the installed data, policy, code and libraries belongs: `models/<digest>`."""
    digest = provenance_digest(labelled_data(), load_policy())
    return settings.folder.models / digest[:16]


def current_model(settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of the installation's model; trains it first (about half a minute) when it is missing."""
    folder = model_folder(settings)
    if (folder / "model.json").is_file():
        return folder
    return train_model(settings, progress or _say)


def train_model(settings: Settings, progress: Progress) -> Path:
    """Train the model from the labelled data of the installation and put it in place at once."""
    # scikit-learn takes a second to import and is needed here alone.
    from classifier import artifact
    from classifier.train import train

    settings.folder.create()
    folder = model_folder(settings)
    scratch = Path(tempfile.mkdtemp(dir=settings.folder.models, prefix=".training-"))
    try:
        artifact.save(train(labelled_data(), load_policy(), progress), scratch)
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _say(step: str, done: int, total: int) -> None:
    if done == 0:
        sys.stderr.write(f"No model yet for this version: {step} …\n")
    elif done == total:
        sys.stderr.write("Model ready.\n")
