"""The trained model as plain data: `weights.npz` and `model.json`, no pickle; it names what it was made from."""

import hashlib
import json
import tempfile
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from classifier.exceptions import ArtifactMismatch

FORMAT = 1
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BlockWeights:
    """One feature block: a row of `weights` (features x heads) for each entry of `vocabulary`."""

    vocabulary: dict[str, int]
    weights: Weights


@dataclass(frozen=True, slots=True)
class HeadCalibration:
    """Probability = sigmoid(slope * logit + support * best + offset); thresholds are probabilities.

    `best` is the highest logit of a family's labels; the heads of labels stand alone, their `support` is 0.
    """

    slope: float
    support: float
    offset: float
    review: float
    report: float


@dataclass(frozen=True, slots=True)
class PageModel:
    """Logistic regression over the page features of classifier.page, in their order."""

    weights: tuple[float, ...]
    intercept: float
    review: float
    report: float


@dataclass(frozen=True)
class Model:
    """Everything the scorer needs, and where it came from (`provenance`: digests and versions).

    `pages` holds the page models by form (see classifier.page) and family.
    """

    heads: tuple[str, ...]
    blocks: dict[str, BlockWeights]
    intercepts: tuple[float, ...]
    calibrations: dict[str, HeadCalibration]
    pages: dict[str, dict[str, PageModel]]
    provenance: dict[str, str]
    digest: str = ""


class _Document(BaseModel):
    """What `model.json` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    heads: tuple[str, ...]
    intercepts: tuple[float, ...]
    vocabularies: dict[str, tuple[str, ...]]
    calibrations: dict[str, HeadCalibration]
    pages: dict[str, dict[str, PageModel]]
    provenance: dict[str, str]
    weights_sha256: str


def save(model: Model, folder: Path) -> Model:
    """Write the model into `folder` (made if missing) and return it with its digest; equal models give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"{name}_weights": block.weights for name, block in model.blocks.items()}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        weights = Path(scratch) / "weights.npz"
        np.savez_compressed(weights, allow_pickle=False, **arrays)
        document = {
            "format": FORMAT,
            "heads": model.heads,
            "intercepts": model.intercepts,
            "vocabularies": {name: _ordered(block.vocabulary) for name, block in model.blocks.items()},
            "calibrations": {head: asdict(c) for head, c in model.calibrations.items()},
            "pages": {form: {f: asdict(p) for f, p in of.items()} for form, of in model.pages.items()},
            "provenance": model.provenance,
            "weights_sha256": _arrays_digest(arrays),
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True)
        (Path(scratch) / "model.json").write_text(text, "utf-8")
        weights.replace(folder / "weights.npz")
        (Path(scratch) / "model.json").replace(folder / "model.json")
    return load(folder)


def load(folder: Path) -> Model:
    """Read a saved model; raises ArtifactMismatch when it is missing, torn or of another format."""
    try:
        text = (folder / "model.json").read_text("utf-8")
        document = json.loads(text)
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            arrays: dict[str, Weights] = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ArtifactMismatch(f"No usable model in {folder}: {error}. Run `rxwarden train`.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ArtifactMismatch(f"The model in {folder} has another format than this version. Run `rxwarden train`.")
    if document.get("weights_sha256") != _arrays_digest(arrays):
        raise ArtifactMismatch(f"weights.npz and model.json in {folder} do not belong together. Run `rxwarden train`.")
    try:
        return _model(_Document.model_validate(document), arrays, hashlib.sha256(text.encode()).hexdigest())
    except (ValidationError, KeyError) as error:
        raise ArtifactMismatch(
            f"model.json in {folder} cannot be used ({_first_problem(error)}); it was made for another version or "
            "changed. Run `rxwarden train`."
        ) from error


def _first_problem(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _model(document: _Document, arrays: dict[str, Weights], digest: str) -> Model:
    return Model(
        heads=document.heads,
        blocks={
            name: BlockWeights({gram: i for i, gram in enumerate(grams)}, arrays[f"{name}_weights"])
            for name, grams in document.vocabularies.items()
        },
        intercepts=document.intercepts,
        calibrations=document.calibrations,
        pages=document.pages,
        provenance=document.provenance,
        digest=digest,
    )


def _ordered(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=vocabulary.__getitem__)


def _arrays_digest(arrays: dict[str, Weights]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + str(arrays[name].shape).encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
