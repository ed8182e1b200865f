"""Which model an installation judges by: the promoted one, or the one made from what is installed, trained once."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from api.settings import Settings
from classifier.policy import load_policy
from classifier.provenance import code_digest, provenance_digest

Progress = Callable[[str, int, int], None]


def labelled_data() -> Path:
    """The folder of labelled data that came with the installation."""
    return Path(str(resources.files("labeled_data")))


def model_folder(settings: Settings) -> Path:
    """Where the model of the installed data, policy, code and libraries belongs: `models/<digest>`."""
    digest = provenance_digest(labelled_data(), load_policy())
    return settings.folder.models / digest[:16]


def promoted_model(settings: Settings) -> Path | None:
    """The folder of the promoted model, as long as it is there and fits the installed policy and code."""
    try:
        folder = settings.folder.models / json.loads(settings.folder.promotion.read_bytes())["folder"]
        made_from = json.loads((folder / "model.json").read_bytes())["provenance"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if (made_from["policy"], made_from["code"]) == (load_policy().digest, code_digest()) else None


def current_model(settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of the model in use: the promoted one, else the one of the installed data, trained when missing."""
    return promoted_model(settings) or installed_model(settings, progress)


def installed_model(settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of the model made from the installed data; trains it first (about a minute) when it is missing."""
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
