"""`rxwarden export-labels`: reviews as labelled passages for training."""

import typer

from api.services.label_export import export_labels as write_labels
from api.settings import load_settings
from api.store.blobs import BlobStore
from api.store.engine import reading
from api.store.opening import open_store


def export_labels() -> None:
    """Write what reviewers decided, in the format of labeled_data, into the data folder's reviews/."""
    settings = load_settings()
    with reading(open_store(settings)) as session:
        made = write_labels(session, BlobStore(settings.folder.blobs), settings.folder.reviews)
    typer.echo(f"{made.file}: {made.rows} passages")
    if made.left_out:
        typer.echo(f"{made.left_out} passages left out: too short or too long to train on")
