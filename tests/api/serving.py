"""The application as clients meet it: over a small world, with a clock that tests move by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.dependencies import Clock
from api.main import create_app
from api.services.key_uses import API_KEYS
from api.services.keys import issue_key
from api.services.secret import derived_key, load_secret
from api.services.tokens import draw_base62
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import writing
from api.store.kinds import KeyScope
from api.store.tables.keys import ApiKey
from tests.api.world import MONDAY, World

EVERYTHING = tuple(KeyScope)


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.seconds = 1000.0

    def now(self) -> datetime:
        """The time of day."""
        return self.moment

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return self.seconds

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class Served:
    """A running application with the world behind it; `key` is one with every scope."""

    client: httpx.Client
    world: World
    settings: Settings
    clock: HandClock
    key: str = ""

    def __post_init__(self) -> None:
        self.key = self.new_key(*EVERYTHING)

    def new_key(self, *scopes: KeyScope, expires_at: datetime | None = None) -> str:
        """Issue a key and give its token."""
        with writing(self.world.engine) as session:
            return issue_key(
                session,
                name="test",
                scopes=scopes,
                expires_at=expires_at,
                pepper=derived_key(load_secret(self.settings), API_KEYS),
                draw=draw_base62,
                actor="test",
                now=self.clock.now(),
            ).token

    def key_row(self, token: str) -> ApiKey:
        """Give the stored key behind a token."""
        with writing(self.world.engine) as session:
            key = session.get(ApiKey, token.split("_")[1])
            assert key is not None
            return key

    def get(self, path: str, token: str | None = None, **params: str) -> httpx.Response:
        """GET with a key."""
        return self.client.get(path, headers=bearer(token or self.key), params=params or None)

    def post(self, path: str, body: object, token: str | None = None) -> httpx.Response:
        """POST JSON with a key."""
        return self.post_raw(path, json.dumps(body).encode(), token=token)

    def post_raw(
        self, path: str, body: bytes, kind: str = "application/json", token: str | None = None
    ) -> httpx.Response:
        """POST bytes with a key."""
        return self.client.post(path, headers={**bearer(token or self.key), "Content-Type": kind}, content=body)

    def look_up(self, url: str) -> dict[str, object]:
        """Look a URL up, a second after whatever came before."""
        self.clock.pass_seconds(1)
        response = self.client.get(f"/v1/lookup?url={quote(url, safe='')}", headers=bearer(self.key))
        assert response.status_code == 200, response.text
        answer = response.json()
        assert isinstance(answer, dict)
        return answer


def bearer(token: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {token}"}


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    """Give the problem of an error answer, after checking that it is one and says what to do in a sentence."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert isinstance(body, dict)
    assert body["status"] == status
    detail = str(body["detail"])
    assert detail[0].isupper() or not detail[0].isalpha()
    assert detail.endswith((".", "…", "?"))
    assert "Traceback" not in response.text
    assert body["request_id"] == response.headers["x-request-id"]
    return body


@contextmanager
def serving(world: World, settings: Settings) -> Iterator[Served]:
    """Run the application over a world's database."""
    url = world.engine.url.render_as_string(hide_password=False)
    settings = settings.model_copy(update={"database_url": SecretStr(url)})
    settings.folder.create()
    world.blobs = BlobStore(settings.folder.blobs)
    clock = HandClock(MONDAY + timedelta(weeks=1, days=1))
    with TestClient(create_app(settings, Clock(clock.now, clock.monotonic))) as client:
        yield Served(client, world, settings, clock)
