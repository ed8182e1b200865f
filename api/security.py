"""Who may ask for what: API keys with scopes, and how much each may ask for."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Problem
from api.exceptions import KeyRefused
from api.limits import TokenBuckets
from api.services.keys import check_key, note_use
from api.store.engine import reading, writing
from api.store.kinds import KeyScope
from api.store.tables.keys import ApiKey

SCHEME = "bearer "
LONGEST_HEADER = 200
# A revoked key works for this long at most; without it each look-up would read the key from the store.
TRUST_SECONDS = 1.0
MOST_TRUSTED = 10_000

log = logging.getLogger(__name__)


class Guard:
    """Checks keys and counts what they use; `now` gives aware UTC, `monotonic` seconds that only grow."""

    def __init__(
        self,
        engine: Engine,
        *,
        pepper: bytes,
        buckets: TokenBuckets,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._pepper = pepper
        self._buckets = buckets
        self._now = now
        self._monotonic = monotonic
        self._trusted: dict[bytes, tuple[ApiKey, float]] = {}
        # One thread, so that noting uses never holds up a request nor more than one connection.
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="key-use")

    async def identify(self, authorization: str | None, scope: KeyScope) -> ApiKey:
        """Give the key of an Authorization header; KeyRefused or a 403 problem says what to do."""
        key = await self._key(_token(authorization))
        if scope.value not in key.scopes:
            has = ", ".join(key.scopes) or "none"
            raise Problem(
                403,
                "scope_missing",
                f"API key {key.id} lacks the scope {scope.value} (it has {has}); ask an admin for a key with it",
            )
        return key

    def charge(self, key: ApiKey, units: int) -> dict[str, str]:
        """Take units of the key's allowance and give the RateLimit headers; a 429 problem says when to come back."""
        allowance = self._buckets.take(key.id, units)
        headers = {
            "RateLimit-Policy": self._buckets.policy,
            "RateLimit": f'"units";r={allowance.remaining};t={allowance.full_seconds}',
        }
        if allowance.is_granted:
            return headers
        wait = allowance.wait_seconds
        raise Problem(
            429,
            "rate_limited",
            f"API key {key.id} has used up its units; send the request again in {wait} s",
            headers={**headers, "Retry-After": str(wait)},
        )

    def close(self) -> None:
        """Wait until the uses noted so far are written."""
        self._notes.shutdown(wait=True)

    async def _key(self, token: str) -> ApiKey:
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        key, until = self._trusted.get(name, (None, 0.0))
        if key is None or self._monotonic() >= until or _is_over(key, self._now()):
            self._trusted.pop(name, None)
            key = await asyncio.to_thread(self._read_key, token)
            self._trust(name, key)
        return key

    def _trust(self, name: bytes, key: ApiKey) -> None:
        if len(self._trusted) >= MOST_TRUSTED:
            self._trusted.clear()
        self._trusted[name] = (key, self._monotonic() + TRUST_SECONDS)
        self._notes.submit(self._note_use, key, self._now())

    def _read_key(self, token: str) -> ApiKey:
        with reading(self._engine) as session:
            return check_key(session, token, pepper=self._pepper, now=self._now())

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        try:
            with reading(self._engine) as session:
                is_due = note_use(session, key, now)
            if is_due:
                with writing(self._engine) as session:
                    note_use(session, key, now)
        except SQLAlchemyError:
            log.warning("the use of API key %s could not be written down", key.id, exc_info=True)


def _token(authorization: str | None) -> str:
    if not authorization:
        raise KeyRefused("there is no API key in the request; send one as `Authorization: Bearer rxw_…`")
    if authorization[: len(SCHEME)].lower() != SCHEME or len(authorization) > LONGEST_HEADER:
        raise KeyRefused("the Authorization header holds no API key; send `Authorization: Bearer rxw_…`")
    return authorization[len(SCHEME) :].strip()


def _is_over(key: ApiKey, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now
