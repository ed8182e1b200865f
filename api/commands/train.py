"""`rxwarden train`: make the model from the labelled data."""

import typer

from api.commands.console_progress import counted
from api.services.models import train_model
from api.settings import load_settings


def train() -> None:
    """Train the model from labeled_data and put it in the data folder; takes about a minute."""
    settings = load_settings()
    with counted("training") as heard:
        folder = train_model(settings, lambda _step, done, total: heard(done, total))
    typer.echo(f"the model is in {folder}")
