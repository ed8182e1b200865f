"""A saved model comes back as it was, and anything else in its place is refused with a sentence."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier import artifact
from classifier.artifact import BlockWeights, HeadCalibration, Model, PageModel
from classifier.exceptions import ArtifactMismatch
from classifier.predictor import Predictor


def model() -> Model:
    """A model of two heads and two features."""
    return Model(
        heads=("illicit_sale", "sale_offer"),
        blocks={"words": BlockWeights({"gram": 0, "кетамин £": 1}, np.array([[0.1, -2], [3e-9, 4]], np.float32))},
        intercepts=(-1.2345678901234567, 1 / 3),
        calibrations={
            "illicit_sale": HeadCalibration(1.1, 0.3, -0.2, 0.1, 0.9),
            "sale_offer": HeadCalibration(1, 0, 0, 0, 1),
        },
        pages={"short": {"illicit_sale": PageModel((0.1, 1e-300), 0.3, 0.2, 0.7)}},
        provenance={"data": "abc", "policy": "def"},
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with the model in it."""
    artifact.save(model(), tmp_path / "model")
    return tmp_path / "model"


def edit_json(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change `model.json` in place."""
    file = folder / "model.json"
    document = json.loads(file.read_text("utf-8"))
    change(document)
    file.write_text(json.dumps(document), "utf-8")


def test_a_saved_model_comes_back_as_it_was(saved: Path) -> None:
    loaded, given = artifact.load(saved), model()
    assert replace(loaded, blocks={}, digest="") == replace(given, blocks={})
    assert loaded.blocks["words"].vocabulary == given.blocks["words"].vocabulary
    assert loaded.blocks["words"].weights.tobytes() == given.blocks["words"].weights.tobytes()
    assert len(loaded.digest) == 64


def test_equal_models_give_equal_bytes_and_digests(saved: Path, tmp_path: Path) -> None:
    again = artifact.save(model(), tmp_path / "again")
    assert again.digest == artifact.load(saved).digest
    for name in ("model.json", "weights.npz"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


def test_saving_over_a_model_replaces_it_and_leaves_nothing_else(saved: Path) -> None:
    artifact.save(replace(model(), provenance={"data": "new"}), saved)
    assert artifact.load(saved).provenance == {"data": "new"}
    assert sorted(file.name for file in saved.iterdir()) == ["model.json", "weights.npz"]


def test_another_weight_gives_another_digest(saved: Path, tmp_path: Path) -> None:
    other = replace(model(), blocks={"words": BlockWeights({"gram": 0, "b": 1}, np.zeros((2, 2), np.float32))})
    assert artifact.save(other, tmp_path / "other").digest != artifact.load(saved).digest


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
@pytest.mark.parametrize("kept", [0, 1, 60, -1, -30])
def test_a_torn_file_is_refused(saved: Path, name: str, kept: int) -> None:
    file = saved / name
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ArtifactMismatch, match=r"Run `rxwarden train`\.$"):
        artifact.load(saved)


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
def test_a_missing_file_is_refused(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(ArtifactMismatch, match=r"^No usable model in .*Run `rxwarden train`\.$"):
        artifact.load(saved)


def test_files_of_two_models_are_refused(saved: Path, tmp_path: Path) -> None:
    other = replace(model(), blocks={"words": BlockWeights({"gram": 0, "b": 1}, np.zeros((2, 2), np.float32))})
    artifact.save(other, tmp_path / "other")
    (saved / "weights.npz").write_bytes((tmp_path / "other" / "weights.npz").read_bytes())
    with pytest.raises(ArtifactMismatch, match="do not belong together"):
        artifact.load(saved)


@pytest.mark.parametrize("text", ["[]", "null", "{}", '{"format": 99}', '"model"'])
def test_another_format_is_refused(saved: Path, text: str) -> None:
    (saved / "model.json").write_text(text, "utf-8")
    with pytest.raises(ArtifactMismatch, match="another format"):
        artifact.load(saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("pages"),
        lambda document: document.update(heads=None),
        lambda document: document.update(extra=1),
        lambda document: document["calibrations"]["sale_offer"].pop("slope"),
        lambda document: document["vocabularies"].update(chars=[]),
    ],
)
def test_a_document_that_lacks_or_garbles_a_field_is_refused(
    saved: Path, change: Callable[[dict[str, object]], object]
) -> None:
    edit_json(saved, change)
    with pytest.raises(ArtifactMismatch, match=r"cannot be used \(.+\); .* Run `rxwarden train`\.$"):
        artifact.load(saved)


def test_arrays_that_would_run_code_are_refused(saved: Path) -> None:
    np.savez(saved / "weights.npz", allow_pickle=True, words_weights=np.array([{}], dtype=object))
    with pytest.raises(ArtifactMismatch, match="No usable model"):
        artifact.load(saved)


def test_a_model_with_other_heads_is_not_judged_by(saved: Path) -> None:
    with pytest.raises(ArtifactMismatch, match="made for another version"):
        Predictor.load(saved)


def test_a_model_of_another_policy_is_not_judged_by(model_folder: Path, tmp_path: Path) -> None:
    trained = artifact.load(model_folder)
    artifact.save(replace(trained, provenance={**trained.provenance, "policy": "other"}), tmp_path / "model")
    with pytest.raises(ArtifactMismatch, match="made for another version"):
        Predictor.load(tmp_path / "model")
