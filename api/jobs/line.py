"""The line in which a visit's URLs wait, host by host, until this visit may ask their host."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from api.jobs.workshop import Workshop
from api.store.commands.hosts import claim_host, pause_host, release_hosts, renew_hosts
from api.store.tables.runs import CrawlTarget
from crawler.archives.places import is_local
from crawler.fetching.pauses import pause_asked_for
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Pause
from crawler.scope import host_of

# A host that another visit holds is asked for again so often.
ASK_AGAIN = timedelta(seconds=1)
# A lease outlives the longest silence after which a fetcher is ended, so that none is at work without one.
MARGIN = timedelta(seconds=60)
# A wait that is worth a line.
LONG = timedelta(seconds=10)
# URLs of one host under way at once: a slow host must not fill the fetcher.
LEAST_UNDER_WAY = 8


class Line:
    """Gives out waiting URLs, host by host in turn, of hosts that this visit holds and that are in no pause.

    `say` is told, once, of each host that is waited for.
    """

    def __init__(self, shop: Workshop, holder: str, policy: FetchPolicy, say: Callable[[str], None]) -> None:
        self._shop = shop
        self._say = say
        self._waited_for: set[str] = set()
        self._holder = holder
        self._lease = timedelta(seconds=policy.stall_seconds) + MARGIN
        self._patience = timedelta(seconds=policy.patience_seconds)
        self._most_under_way = max(LEAST_UNDER_WAY, 4 * policy.per_host)
        self._waiting: dict[str, deque[CrawlTarget]] = {}
        self._under_way: Counter[str] = Counter()
        self._held: set[str] = set()
        self._renew_at: datetime | None = None
        self._not_before: dict[str, datetime] = {}
        self._paused: dict[str, datetime] = {}

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._waiting.values())

    def add(self, rows: Iterable[CrawlTarget]) -> None:
        """Let URLs wait behind those of their host."""
        for row in rows:
            self._waiting.setdefault(host_of(row.url), deque()).append(row)

    def take(self) -> CrawlTarget | None:
        """Give the next URL that may be asked for now, and count it as under way; None when there is none."""
        now = self._shop.clock()
        self._renew(now)
        for host in self._waiting:
            if self._under_way[host] < self._most_under_way and self._may_ask(host, now):
                rows = self._waiting.pop(host)
                row = rows.popleft()
                if rows:
                    self._waiting[host] = rows
                self._under_way[host] += 1
                return row
        return None

    def answered(self, url: str) -> None:
        """Count a URL as no longer under way; a host of which nothing is left is given back."""
        host = host_of(url)
        self._under_way[host] -= 1
        if not self._under_way[host] and host not in self._waiting:
            self._release({host})

    def pause(self, pause: Pause) -> bool:
        """Leave a host alone, here and in every visit; True when it is a pause that this visit waits for."""
        with self._shop.writing() as session:
            pause_host(session, pause)
        self._note_pause(pause.host, pause.until)
        left = pause.until - self._shop.clock()
        if LONG < left <= self._patience:
            self._tell(pause.host, f"{pause.sentence}; it is waited for")
        return left <= self._patience

    def take_hopeless(self) -> tuple[tuple[CrawlTarget, Pause], ...]:
        """Give, and forget, the URLs of hosts whose pause is longer than this visit waits."""
        now = self._shop.clock()
        long = [host for host in self._waiting if self._paused.get(host, now) - now > self._patience]
        return tuple((row, Pause(host, self._paused[host])) for host in long for row in self._waiting.pop(host))

    def seconds_to_wait(self) -> float:
        """Give how long nothing here can be asked for, at most a second, since other visits end unannounced."""
        now = self._shop.clock()
        soonest = min((self._not_before.get(host, now) for host in self._waiting), default=now)
        return min(max((soonest - now).total_seconds(), 0.0), ASK_AGAIN.total_seconds())

    def close(self) -> None:
        """Give every host back."""
        self._release(set(self._held))

    def _may_ask(self, host: str, now: datetime) -> bool:
        if self._not_before.get(host, now) > now:
            return False
        if host in self._held or not host:
            return True
        with self._shop.writing() as session:
            standing = claim_host(session, host, self._holder, now=now, until=now + self._lease)
        if standing.is_held:
            self._held.add(host)
        elif standing.paused_until is not None:
            self._note_pause(host, standing.paused_until)
        else:
            self._not_before[host] = now + ASK_AGAIN
            self._tell(host, f"another visit is asking {host}; this one waits until that is over")
        return standing.is_held

    def _tell(self, host: str, sentence: str) -> None:
        if host not in self._waited_for:
            self._waited_for.add(host)
            self._say(sentence)

    def _note_pause(self, host: str, until: datetime) -> None:
        self._paused[host] = self._not_before[host] = until

    def _renew(self, now: datetime) -> None:
        if self._renew_at is not None and now < self._renew_at:
            return
        self._renew_at = now + self._lease / 4
        if self._held:
            with self._shop.writing() as session:
                renew_hosts(session, self._held, self._holder, now + self._lease)

    def _release(self, hosts: set[str]) -> None:
        if hosts & self._held:
            with self._shop.writing() as session:
                release_hosts(session, hosts & self._held, self._holder)
            self._held -= hosts


def pause_of(answer: Page | FetchFailure, policy: FetchPolicy) -> Pause | None:
    """Give the pause that an answer's host asks for; an archived answer asked when it was given, and nobody now."""
    if isinstance(answer, FetchFailure):
        return answer.pause
    if is_local(answer.url):
        return None
    longest = policy.max_pause_seconds
    return pause_asked_for(answer.status, answer.headers, answer.final_url, answer.fetched_at, longest)
