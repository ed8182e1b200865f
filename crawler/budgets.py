"""How much of a visit one host, one shape of URL or one deep branch may take: what a trap makes without end."""

from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from crawler.discovery import DIGITS, path_pattern
from crawler.items import Target
from crawler.scope import Scope, host_of
from crawler.sources import FILE_SPIDERS, Source

# URLs of one shape (a calendar), of one branch with whatever query (facets), deep below it (facets as folders).
MOST_OF_A_SHAPE = 200
# Hosts below a start host: names below a site's own can be made without end.
MOST_HOSTS = 50
# From so many segments on, a branch is counted by its first one.
DEEP = 4


class VisitBudget:
    """Admits targets to one visit of a source; rebuild it after a restart from the URLs that the frontier holds.

    A host may take all of the visit when it is the only start host, half when there are several, and a quarter when
    no start URL names it.
    """

    def __init__(self, source: Source, taken: Iterable[str] = (), *, most_of_a_shape: int = MOST_OF_A_SHAPE) -> None:
        self._starts = {host_of(url) for url in source.start_urls}
        self._scope = Scope.of(source.start_urls)
        self._names_below: set[str] = set()
        self._pages = source.max_pages
        self._most_of_a_shape = most_of_a_shape
        self._shapes: Counter[str] = Counter()
        self._hosts: Counter[str] = Counter()
        for url in taken:
            self._count(url)

    def admit(self, target: Target) -> bool:
        """Count the target if there is room for its host and its shapes; False when there is none."""
        host = host_of(target.url)
        if self._hosts[host] >= self._room(host) or self._is_new_beyond(host):
            return False
        if any(self._shapes[shape] >= self._most_of_a_shape for shape in shapes(target.url)):
            return False
        self._count(target.url)
        return True

    def _room(self, host: str) -> int:
        if host not in self._starts:
            return max(1, self._pages // 4)
        return self._pages if len(self._starts) == 1 else max(1, self._pages // 2)

    def _is_new_beyond(self, host: str) -> bool:
        return host not in self._names_below and len(self._names_below) >= MOST_HOSTS and self._is_below(host)

    def _is_below(self, host: str) -> bool:
        return host not in self._starts and self._scope.holds(f"https://{host}/")

    def _count(self, url: str) -> None:
        host = host_of(url)
        if not self._hosts[host] and self._is_below(host):
            self._names_below.add(host)
        self._hosts[host] += 1
        self._shapes.update(shapes(url))


def admission(source: Source, taken: Iterable[str]) -> Callable[[Target], bool]:
    """Give what admits targets to a visit; what a person's listing or archive names is no trap, its number aside."""
    return (lambda _: True) if source.spider in FILE_SPIDERS else VisitBudget(source, taken).admit


def shapes(url: str) -> tuple[str, ...]:
    """Give the shapes that a URL is counted under: its pattern, its branch with any query, its deep branch."""
    found = [path_pattern(url)]
    parts = urlsplit(url)
    segments = DIGITS.sub("#", parts.path).strip("/").split("/")
    branch = f"{host_of(url)}/{segments[0]}"
    if parts.query:
        found.append(branch + "?*")
    if len(segments) >= DEEP:
        found.append(f"{branch} and {DEEP} deep")
    return tuple(found)
