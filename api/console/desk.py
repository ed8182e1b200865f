"""What the console works with: the store, the policy and the clock, made once by the application."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from starlette.requests import Request

from api.services.sampling import PrevalenceGauge, Sample
from api.services.secret import derived_key
from api.services.tokens import Draw, draw_base62
from api.services.trials import Trials
from api.settings import Settings
from api.store.blobs import BlobStore
from classifier.policy import PolicyPack

FORMS = "console-forms"


def utc_now() -> datetime:
    """Give this moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The console's means; `forms_key` signs form tokens, `base_url` is where people reach it, without a slash.

    `gauge` tells the share of violating pages that shown probabilities are corrected to; `trials` tries sources out.
    """

    engine: Engine
    blobs: BlobStore
    warc: Path
    policy: PolicyPack
    forms_key: bytes
    base_url: str
    gauge: PrevalenceGauge
    trials: Trials
    draw: Draw = draw_base62
    now: Callable[[], datetime] = utc_now

    @property
    def is_https(self) -> bool:
        """True when cookies may be kept to encrypted connections."""
        return self.base_url.startswith("https://")


def make_desk(settings: Settings, engine: Engine, policy: PolicyPack, secret: bytes) -> Desk:
    """Give the desk of an installation; the application keeps it as `app.state.desk`."""
    return Desk(
        engine=engine,
        blobs=BlobStore(settings.folder.blobs),
        warc=settings.folder.warc,
        policy=policy,
        forms_key=derived_key(secret, FORMS),
        base_url=settings.base_url,
        gauge=PrevalenceGauge(Sample(settings.sample_rate), settings.prevalence),
        trials=Trials(settings),
    )


def desk_of(request: Request) -> Desk:
    """Give the desk the application was made with."""
    desk = request.app.state.desk
    if not isinstance(desk, Desk):
        raise TypeError("the application has no desk; set app.state.desk = make_desk(…)")
    return desk
