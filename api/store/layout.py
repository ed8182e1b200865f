"""The data folder of an installation: one folder that holds everything it keeps."""

from dataclasses import dataclass
from pathlib import Path

PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where things lie under `root`; `create` makes the folders, readable by their owner only."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite database, where no other database is set."""
        return self.root / "rxwarden.sqlite3"

    @property
    def blobs(self) -> Path:
        """Captured bytes and document texts, named by their SHA-256."""
        return self.root / "blobs"

    @property
    def warc(self) -> Path:
        """Web archive files of captures."""
        return self.root / "warc"

    @property
    def warc_manifest(self) -> Path:
        """The archive's files with their digests, each entry resting on the one before; a copy of the database's."""
        return self.warc / "manifest.jsonl"

    @property
    def models(self) -> Path:
        """Trained models."""
        return self.root / "models"

    @property
    def promotion(self) -> Path:
        """Which of the models was put in use by hand; without it the one made from what is installed judges."""
        return self.models / "promoted.json"

    @property
    def evaluations(self) -> Path:
        """Evaluation reports, a folder a model."""
        return self.root / "evaluations"

    @property
    def reviews(self) -> Path:
        """Reviews as labelled data, written by `rxwarden export-labels`."""
        return self.root / "reviews"

    @property
    def exports(self) -> Path:
        """Files made for people outside."""
        return self.root / "exports"

    @property
    def secret(self) -> Path:
        """The installation's secret, where none is set in the environment."""
        return self.root / "secret"

    @property
    def weekly_lock(self) -> Path:
        """Held by the weekly run at work."""
        return self.root / "weekly.lock"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder, the root first."""
        return (self.root, self.blobs, self.warc, self.models, self.reviews, self.exports)

    def create(self) -> None:
        """Make the folders that are missing; ones that exist become private too."""
        for folder in self.folders:
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            folder.chmod(PRIVATE)
