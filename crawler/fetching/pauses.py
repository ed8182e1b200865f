"""Retry-After: hosts that asked to be left alone for a while, and until when."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.exceptions import PageBlocked
from crawler.items import Pause
from crawler.scope import host_of

if TYPE_CHECKING:
    from scrapy.http import Response

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
# A 429 that names no time; a 503 without one may concern a single page.
UNNAMED_SECONDS = 60.0


def pause_asked_for(
    status: int, headers: Iterable[tuple[str, str]], url: str, now: datetime, max_seconds: float
) -> Pause | None:
    """Give the pause that an answer asks for (429 or 503; seconds or a date), bounded; None when it asks for none."""
    if status not in (TOO_MANY_REQUESTS, UNAVAILABLE):
        return None
    told = next((value.strip() for name, value in headers if name.lower() == "retry-after"), "")
    seconds = _seconds(told, now)
    if seconds is None and status == TOO_MANY_REQUESTS:
        seconds = UNNAMED_SECONDS
    if seconds is None or seconds <= 0:
        return None
    return Pause(host_of(url), now + timedelta(seconds=min(seconds, max_seconds)))


def _seconds(told: str, now: datetime) -> float | None:
    """Read the header; None when it is neither a whole number nor a date."""
    if told.isascii() and told.isdigit():
        return float(told[:12])
    try:
        when = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()


class Pauses:
    """The pauses of one fetcher, by host."""

    def __init__(self, max_seconds: float) -> None:
        self._max_seconds = max_seconds
        self._until: dict[str, Pause] = {}

    def note(self, response: "Response") -> None:
        """Remember the pause that a response asks for, if it does."""
        told = response.headers.get(b"Retry-After") or b""
        headers = (("Retry-After", told[:100].decode("latin-1")),)
        pause = pause_asked_for(response.status, headers, response.url, datetime.now(UTC), self._max_seconds)
        if pause is not None:
            self._until[pause.host] = pause

    def current(self, url: str) -> Pause | None:
        """Give the pause that the host of this URL is in, if it is in one."""
        pause = self._until.get(host_of(url))
        return pause if pause is not None and pause.until > datetime.now(UTC) else None

    def check(self, url: str) -> None:
        """Raise PageBlocked while the host of this URL wants to be left alone."""
        pause = self.current(url)
        if pause is not None:
            raise PageBlocked("paused", pause.sentence, pause)
