"""What a model is made from, as digests: labelled data, policy, code and library versions."""

import hashlib
from importlib import metadata, resources
from pathlib import Path

from classifier.dataset import digest_of, passage_files
from classifier.labelled_pages import page_files
from classifier.policy import PolicyPack

_LIBRARIES = ("scikit-learn", "numpy", "scipy")


def provenance(folder: Path, pack: PolicyPack) -> dict[str, str]:
    """Digests (hex SHA-256) and versions; training again from equal ones gives the same model."""
    return {
        "data": digest_of((*passage_files(folder), *page_files(folder))),
        "policy": pack.digest,
        "code": code_digest(),
        **{library: metadata.version(library) for library in _LIBRARIES},
    }


def provenance_digest(folder: Path, pack: PolicyPack) -> str:
    """One digest over all of it, hex."""
    parts = [f"{name}={value}" for name, value in sorted(provenance(folder, pack).items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def code_digest() -> str:
    """SHA-256 over the modules of this room, hex."""
    digest = hashlib.sha256()
    room = resources.files("classifier")
    for module in sorted((m for m in room.iterdir() if m.name.endswith(".py")), key=lambda m: m.name):
        digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return digest.hexdigest()
