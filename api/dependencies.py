"""What routes work with: the service's parts, opened once, and the key behind a request."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine
from starlette.requests import Request

from api.edge import notes_of
from api.judge_line import JudgeLine
from api.limits import JUDGE_UNITS, TokenBuckets
from api.lookup import LookupDesk
from api.security import Guard
from api.services.fresh_index import FreshIndex
from api.services.key_uses import API_KEYS, CURSORS
from api.services.room import CaptureRoom
from api.services.secret import derived_key
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import open_engine
from api.store.kinds import KeyScope
from api.store.tables.keys import ApiKey

BEARER = HTTPBearer(auto_error=False, description="An API key, `rxw_…`, made with `rxwarden key create`.")


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service; `cursor_key` signs page cursors, `now` gives aware UTC."""

    engine: Engine
    blobs: BlobStore
    guard: Guard
    lookups: LookupDesk
    judge_line: JudgeLine
    cursor_key: bytes
    room: CaptureRoom
    now: Callable[[], datetime]


def utc_now() -> datetime:
    """Give this moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day in aware UTC, and seconds that only grow."""

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic


SYSTEM_CLOCK = Clock()


@contextmanager
def open_service(settings: Settings, secret: bytes, clock: Clock) -> Iterator[Service]:
    """Open the parts; the store, the index and the scanner are touched when they are first needed."""
    engine = open_engine(settings.store_url)
    guard = Guard(
        engine,
        pepper=derived_key(secret, API_KEYS),
        buckets=TokenBuckets(clock.monotonic),
        now=clock.now,
        monotonic=clock.monotonic,
    )
    index = FreshIndex(engine, clock.monotonic)
    judge_line = JudgeLine(settings)
    try:
        yield Service(
            engine=engine,
            blobs=BlobStore(settings.folder.blobs),
            guard=guard,
            lookups=LookupDesk(guard, index, clock.now),
            judge_line=judge_line,
            cursor_key=derived_key(secret, CURSORS),
            room=CaptureRoom(settings),
            now=clock.now,
        )
    finally:
        judge_line.close()
        guard.close()
        index.close()
        engine.dispose()


def service_of(request: Request) -> Service:
    """Give the service the application runs with."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def admitted(scope: KeyScope, units: int) -> Callable[..., Awaitable[ApiKey]]:
    """Give a dependency that lets requests through whose key has a scope, and takes units for each."""

    async def admit(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]) -> ApiKey:
        guard = service_of(request).guard
        key = await guard.identify(request.headers.get("authorization"), scope)
        notes_of(request.scope).headers.update(guard.charge(key, units))
        return key

    return admit


At = Annotated[Service, Depends(service_of)]
MAY_JUDGE = Depends(admitted(KeyScope.JUDGE, JUDGE_UNITS))
MAY_READ = Depends(admitted(KeyScope.FLAGS, 1))
ReviewKey = Annotated[ApiKey, Depends(admitted(KeyScope.REVIEW, 1))]
