"""The URLs of one visit: which it knows, which wait and which may be asked for now; bounded by the source's budgets."""

from collections.abc import Callable, Iterable

from sqlmodel import Session

from api.jobs.icons import ICON, Icons
from api.jobs.known import with_validators
from api.jobs.line import Line
from api.jobs.workshop import Workshop
from api.store.commands.frontier import add_targets, list_pending, list_urls
from api.store.tables.runs import CrawlTarget
from crawler.budgets import admission
from crawler.discovery import start_targets
from crawler.fetching.policy import FetchPolicy
from crawler.items import Target
from crawler.sources import Source


class Frontier:
    """A visit's view of its frontier in the database, to which nobody else adds.

    line: where URLs wait that are to be asked for. most: how many URLs it holds at most; start URLs are a person's
    choice, and no budget leaves one out.
    """

    def __init__(
        self,
        shop: Workshop,
        source: Source,
        source_run_id: str,
        policy: FetchPolicy,
        icons: Icons,
        say: Callable[[str], None],
    ) -> None:
        self._shop = shop
        self._icons = icons
        self._source_run_id = source_run_id
        starts = start_targets(source)
        self.most = max(source.max_pages, len(starts))
        self.line = Line(shop, source_run_id, policy, say)
        with shop.writing() as session:
            self._urls = set(list_urls(session, source_run_id))
            self._admit = admission(source, self._urls)
            added = add_targets(session, source_run_id, starts, most=self.most, admit=lambda _: True)
            self._urls.update(row.url for row in added)
            self.line.add(list_pending(session, source_run_id))

    @property
    def known(self) -> int:
        """How many URLs it holds, answered ones included."""
        return len(self._urls)

    def add(self, session: Session, found: Iterable[Target]) -> tuple[CrawlTarget, ...]:
        """Queue targets that are new and within the budgets; they wait in `line` once that is committed."""
        new = [target for target in found if target.url not in self._urls]
        added = add_targets(session, self._source_run_id, new, most=self.most, admit=self._admit) if new else ()
        self._urls.update(row.url for row in added)
        return added

    def take(self, room: int, *, is_whole: bool) -> list[Target]:
        """Give up to `room` URLs that may be asked for now, with what is known of them unless `is_whole`."""
        pages: list[Target] = []
        icons: list[Target] = []
        while len(pages) + len(icons) < room and (row := self.line.take()) is not None:
            if row.depth == ICON:
                icons.append(self._icons.target(row))
            else:
                pages.append(Target(row.url, row.depth))
        return icons + (pages if is_whole or not pages else with_validators(self._shop, pages))
