"""Keeps the look-up index in step with the store: looks for commits at most once a second, then reads it anew."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Engine

from api.services.lookups import LookupIndex, build_index
from api.store.engine import reading
from api.store.versions import StoreVersion

CHECK_SECONDS = 1.0
# Of the time, at most a tenth goes into reading the store, however large it is and however often it changes.
REST = 9.0

log = logging.getLogger(__name__)


class FreshIndex:
    """The index in use; `monotonic` gives seconds that only grow."""

    def __init__(self, engine: Engine, monotonic: Callable[[], float]) -> None:
        self._engine = engine
        self._version = StoreVersion(engine)
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._index: LookupIndex | None = None
        self._seen = ""
        self._due = self._checked = float("-inf")

    async def current(self) -> LookupIndex:
        """Give the index; who finds it due brings it in step, the others meanwhile use what there is."""
        index = self._index
        if index is not None and (self._monotonic() < self._due or self._lock.locked()):
            return index
        async with self._lock:
            if self._index is None or self._monotonic() >= self._due:
                self._index = await asyncio.to_thread(self._in_step, self._index)
            return self._index

    def expire(self) -> None:
        """Have the next look-up check for commits at once; for writes that this process made."""
        self._due = float("-inf")

    def age(self) -> float:
        """Give the seconds since the index was last known to be in step; infinite before the first time."""
        return self._monotonic() - self._checked

    def close(self) -> None:
        """Let go of the store."""
        self._version.close()

    def _in_step(self, index: LookupIndex | None) -> LookupIndex:
        started = self._monotonic()
        try:
            index = self._read(index)
            self._checked = started
        except Exception:  # a refresh is a job of its own: whatever breaks it, look-ups go on
            if index is None:
                raise
            log.exception("the look-up index could not be brought in step with the store; the last one stays in use")
        finally:
            ended = self._monotonic()
            self._due = ended + max(CHECK_SECONDS, REST * (ended - started))
        return index

    def _read(self, index: LookupIndex | None) -> LookupIndex:
        # Asked before reading: a commit in between brings one more reading, and is never missed.
        version = self._version.read()
        if index is not None and version == self._seen:
            return index
        with reading(self._engine) as session:
            index = build_index(session)
        self._seen = version
        return index
