"""One transaction of a visit: records what arrived and what was judged, and gathers what both lead to."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from api.jobs.arrivals import Arrival
from api.jobs.desk import Judged, Reading
from api.jobs.icons import Icons
from api.jobs.listings import entry_answers
from api.jobs.progress import Fetched
from api.jobs.scan import file_judged, recall
from api.jobs.workshop import Workshop
from api.store.commands.captures import Answered, Kept, save_captures
from api.store.commands.frontier import load_targets, mark_failed, mark_fetched, note_attempt
from api.store.kinds import CaptureState, TargetState
from api.store.tables.pages import StoredDocument
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.directives import links_to_follow
from crawler.discovery import next_targets
from crawler.items import FetchFailure, Page, Target
from crawler.sources import Source

# What a URL is asked for again after a short pause.
ASKED_LATER = re.compile(r"paused|http_429|http_503")


@dataclass(frozen=True, slots=True)
class Errand:
    """One source to visit within a run; verdicts are made for the date of `as_of`.

    `is_whole`: every page is asked for whole, whatever is known of it.
    """

    source: Source
    source_run_id: str
    as_of: datetime
    is_whole: bool = False


class Ledger:
    """Writes within one session. Once that is committed, what it gathered is to be acted on.

    found: where the pages lead. readings: what is to be judged. again: URLs that wait in line, for the end of a
    pause or for an icon.
    arrived: URLs that were answered, with the number of readings each waits for. judged: readings that are done, by
    URL, with what is to be told instead where it turned out to be a failure.
    """

    def __init__(
        self,
        shop: Workshop,
        session: Session,
        errand: Errand,
        urls: Iterable[str],
        *,
        robots_token: str,
        icons: Icons,
    ) -> None:
        self._shop = shop
        self._session = session
        self._source = errand.source
        self._robots_token = robots_token
        self._icons = icons
        self._run = session.get_one(SourceRun, errand.source_run_id)
        self._targets = load_targets(session, self._run.id, urls)
        self.found: list[Target] = []
        self.readings: list[Reading] = []
        self.again: list[CrawlTarget] = []
        self.arrived: list[tuple[Fetched, int]] = []
        self.judged: list[tuple[str, Fetched | None]] = []

    def fail(self, fetched: Fetched, *, asks_later: bool = False, was_asked: bool = True) -> None:
        """Record a URL that gave no page; `asks_later` lets it wait for the end of its host's pause, a few times."""
        if self._is_given_up(fetched, asks_later=asks_later, was_asked=was_asked):
            self.arrived.append((fetched, 0))

    def doubt(self, arrivals: Sequence[Arrival]) -> None:
        """Have answers with an error status judged before anything of them is recorded."""
        for arrival in arrivals:
            self.readings.append(Reading(arrival.page.url, None, arrival.page, arrival))
            self.arrived.append((arrival.fetched, 1))

    def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Record pages and the entries of listings, and settle those whose bytes are known."""
        answers = [answer for arrival in arrivals for answer in self._answers(arrival)]
        kept = iter(save_captures(self._session, self._run, answers))
        for arrival in arrivals:
            self._keep(arrival, next(kept), [next(kept) for _ in arrival.entries])

    def file(self, judged: Sequence[Judged], asks_later: Collection[str]) -> None:
        """Record verdicts and what the pages lead to; an answer with an error status and no violation is a failure.

        asks_later: URLs whose hosts are in a pause that this visit waits for.
        """
        shown = []
        for one in judged:
            if one.reading.doubtful is None:
                shown.append(one)
            elif one.result is not None and one.result.verdict.flagged:
                shown += self._keep_doubtful(one, one.reading.doubtful)
            else:
                self._drop(one.reading.doubtful, asks_later=one.reading.url in asks_later)
        for one, (capture, document) in zip(shown, file_judged(self._shop, self._session, shown), strict=True):
            if document is not None and one.page is not None:
                self._follow(capture.target_id, one.page, document)
            if one.reading.doubtful is None:
                self.judged.append((one.reading.url, None))

    def _answers(self, arrival: Arrival) -> Iterator[Answered]:
        target = self._targets[arrival.page.url]
        state = CaptureState.CAPTURED if arrival.is_page else CaptureState.LISTING
        yield Answered(arrival.page, arrival.place, target, arrival.blob_sha256, arrival.size, state)
        yield from entry_answers(arrival.place, target, arrival.entries)

    def _keep(self, arrival: Arrival, own: Kept, entries: Sequence[Kept]) -> None:
        target, fetched = self._targets[arrival.page.url], replace(arrival.fetched, capture_id=own.capture.id)
        self._run.bytes += fetched.sent
        listing = arrival.listing
        if listing is not None:
            own.capture.scan_error = "; ".join(listing.problems)
            self.found += next_targets(self._source, Target(target.url, target.depth), arrival.page, ())
        if listing is not None and listing.is_unreadable:
            failure = FetchFailure(target.url, "listing", own.capture.scan_error, target.depth)
            fetched = replace(fetched, failure=failure)
            mark_failed(self._session, target, failure)
        else:
            mark_fetched(self._session, target)
        waiting = [kept.capture for kept in entries if self._is_to_judge(kept)]
        readings = [Reading(target.url, capture.id) for capture in waiting]
        if arrival.is_page and self._is_to_judge(own, arrival.page):
            # A body that was not sent again is loaded from its blob.
            readings.append(Reading(target.url, own.capture.id, arrival.page if arrival.page.body else None))
        self.readings += readings
        self.arrived.append((fetched, len(readings)))

    def _is_to_judge(self, kept: Kept, page: Page | None = None) -> bool:
        """Settle a capture whose bytes are known; True for one that has to be judged."""
        if not kept.is_first:
            return False
        document = recall(self._shop, self._session, kept.capture) if kept.is_known else None
        if document is not None and page is not None:
            self._follow(kept.capture.target_id, page, document)
        return document is None

    def _keep_doubtful(self, one: Judged, arrival: Arrival) -> list[Judged]:
        """Keep a page that violates behind an error status: a browser shows it all the same."""
        target = self._targets[one.reading.url]
        (kept,) = save_captures(self._session, self._run, list(self._answers(arrival)))
        self._run.bytes += arrival.fetched.sent
        mark_fetched(self._session, target)
        self.judged.append((target.url, replace(arrival.fetched, capture_id=kept.capture.id)))
        return [replace(one, reading=replace(one.reading, capture_id=kept.capture.id))] if kept.is_first else []

    def _drop(self, arrival: Arrival, *, asks_later: bool) -> None:
        page = arrival.page
        failure = FetchFailure(page.url, f"http_{page.status}", f"the server answered {page.status}", page.depth)
        fetched = replace(arrival.fetched, failure=failure)
        if self._is_given_up(fetched, asks_later=asks_later):
            self.judged.append((page.url, fetched))

    def _is_given_up(self, fetched: Fetched, *, asks_later: bool, was_asked: bool = True) -> bool:
        """Record a failure; False for a URL that will be asked for again in this visit."""
        assert fetched.failure is not None
        target = self._targets[fetched.url]
        self._run.bytes += fetched.sent
        if not asks_later or not ASKED_LATER.fullmatch(fetched.failure.reason):
            mark_failed(self._session, target, fetched.failure, was_asked=was_asked)
            return True
        note_attempt(self._session, target, fetched.failure)
        self.again += [target] if target.state is TargetState.PENDING else []
        return target.state is not TargetState.PENDING

    def _follow(self, target_id: str, page: Page, document: StoredDocument) -> None:
        """Gather a page's links; a capture that an older visit left over, and an entry, lead nowhere in this one."""
        target = self._targets.get(page.url)
        if target is None or target.id != target_id:
            return
        links = links_to_follow(self._source, page, document.links, document.nofollow_links or (), self._robots_token)
        self.found += next_targets(self._source, Target(target.url, target.depth), page, links)
        self.again += self._icons.wanted(self._session, page, document)
