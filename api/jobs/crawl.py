"""Visits one source: feeds its frontier to a fetcher, saves each answer before anything reads it, judges it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from api.exceptions import RoomShort
from api.jobs.icons import ICON, Icons
from api.jobs.known import is_overtaken, place_of, restore, with_validators
from api.jobs.line import Line, pause_of
from api.jobs.listings import keep_entries, prepare_entries
from api.jobs.progress import Fetched, Hear, Progress, ignore
from api.jobs.scan import judge_capture
from api.jobs.workshop import Workshop
from api.store.commands.captures import NOT_MODIFIED, Place, list_unjudged, save_capture
from api.store.commands.frontier import (
    add_targets,
    count_targets,
    list_pending,
    list_urls,
    mark_failed,
    mark_fetched,
    note_attempt,
    target_id,
)
from api.store.kinds import CaptureState, TargetState
from api.store.tables.pages import StoredDocument
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.budgets import admission
from crawler.directives import links_to_follow
from crawler.discovery import next_targets, read_listing, start_targets
from crawler.exceptions import FetcherDied, UrlInvalid
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.sources import Source

# Enough for the fetcher to keep every host busy, few enough to be asked again after a crash.
IN_FLIGHT = 32
# What a URL is asked for again after a short pause.
ASKED_LATER = re.compile(r"paused|http_429|http_503")


class Stopped(Exception):
    """The job was asked to stop; what is unfinished waits for the next run."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One source to visit within a run; verdicts are made for the date of `as_of`.

    `is_whole`: every page is asked for whole, whatever is known of it.
    """

    source: Source
    source_run_id: str
    as_of: datetime
    is_whole: bool = False


class Visit:
    """One visit; `run` may be cut off anywhere and begun again with the same errand.

    `hear` is told of each URL when it is done with; the first `careful` answers are asked for one by one.
    """

    def __init__(
        self,
        shop: Workshop,
        errand: Errand,
        policy: FetchPolicy,
        progress: Progress,
        *,
        hear: Hear = ignore,
        careful: int = 0,
    ) -> None:
        self._shop = shop
        self._hear = hear
        self._careful = careful
        self._errand = errand
        self._source = errand.source
        self._policy = policy
        self._progress = progress
        self._line = Line(shop, errand.source_run_id, policy)
        self._icons = Icons(shop, errand.source_run_id, is_whole=errand.is_whole)
        self._known = 0
        self._done = 0

    def run(self) -> None:
        """Judge what an earlier visit left over, then fetch and judge until the frontier is empty.

        FetcherDied when the fetcher ended too early, RoomShort when there is no room for what it brings.
        """
        self._open_frontier()
        self._judge_left_over()
        if len(self._line):
            try:
                self._fetch()
            finally:
                self._shop.seal_archive()

    def _open_frontier(self) -> None:
        starts = start_targets(self._source)
        self._most = max(self._source.max_pages, len(starts))
        with self._shop.writing() as session:
            urls = list_urls(session, self._errand.source_run_id)
            self._admit = admission(self._source, urls)
            # Start URLs are a person's choice; no budget leaves one out.
            add_targets(session, self._errand.source_run_id, starts, most=self._most, admit=lambda _: True)
            self._line.add(list_pending(session, self._errand.source_run_id))
            self._known = count_targets(session, self._errand.source_run_id)
            self._done = self._known - len(self._line)

    def _judge_left_over(self) -> None:
        with self._shop.reading() as session:
            left_over = list_unjudged(session, self._source.name)
        for capture in left_over:
            self._check_stop()
            self._judge(capture.id, capture.target_id)

    def _fetch(self) -> None:
        self._check_room(0)
        with CrawlProcess(self._source, self._policy, archive=self._shop.archive) as fetcher:
            try:
                self._feed(fetcher)
                while len(self._line) or fetcher.unanswered:
                    for answer in fetcher:
                        self._check_stop()
                        self._take(answer)
                        self._feed(fetcher)
                    # What is left belongs to hosts that are in a pause or with another visit.
                    self._shop.stop.wait(self._line.seconds_to_wait())
                    self._check_stop()
                    self._feed(fetcher)
            except FetcherDied as death:
                self._note_death(fetcher.unanswered, str(death))
                raise
            finally:
                self._line.close()

    def _feed(self, fetcher: CrawlProcess) -> None:
        in_flight = 1 if self._careful > 0 else IN_FLIGHT
        while len(fetcher.unanswered) < in_flight and (row := self._line.take()) is not None:
            target = self._icons.target(row) if row.depth == ICON else Target(row.url, row.depth)
            is_as_it_stands = self._errand.is_whole or row.depth == ICON
            fetcher.send(target if is_as_it_stands else with_validators(self._shop, target))
        for row, pause in self._line.take_hopeless():
            detail = f"{pause.host} asked to be left alone until {pause.until:%Y-%m-%d %H:%M} UTC"
            failure = FetchFailure(row.url, "paused", detail, row.depth)
            if row.depth == ICON:
                self._icons.keep(failure)
            else:
                self._record(Fetched(row.url, row.url, None, 0, failure=failure), was_asked=False)

    def _take(self, answer: Page | FetchFailure) -> None:
        self._line.answered(answer.url)
        self._careful -= 1
        pause = pause_of(answer, self._policy)
        is_short = pause is not None and self._line.pause(pause)
        if answer.depth == ICON:
            self._icons.keep(answer)
        elif (fetched := self._fetched(answer)).failure is None:
            self._step(fetched)
        elif is_short and ASKED_LATER.fullmatch(fetched.failure.reason):
            self._try_later(fetched)
        else:
            self._record(fetched)

    def _fetched(self, answer: Page | FetchFailure) -> Fetched:
        """Save and judge an answer that is a page."""
        if isinstance(answer, FetchFailure):
            return Fetched(answer.url, answer.url, None, 0, failure=answer)
        self._check_room(len(answer.body))
        kept = self._keep(answer)
        fetched = Fetched(answer.url, answer.final_url, answer.status, len(answer.body), sent=answer.sent)
        return replace(fetched, failure=kept) if isinstance(kept, FetchFailure) else replace(fetched, capture_id=kept)

    def _try_later(self, fetched: Fetched) -> None:
        """Let a URL wait for the end of its host's pause, a few times."""
        assert fetched.failure is not None
        with self._shop.writing() as session:
            row = self._target(session, fetched.url)
            note_attempt(session, row, fetched.failure)
            self._source_run(session).bytes += fetched.sent
        if row.state is TargetState.PENDING:
            self._line.add([row])
        else:
            self._step(fetched)

    def _record(self, fetched: Fetched, *, was_asked: bool = True) -> None:
        assert fetched.failure is not None
        with self._shop.writing() as session:
            mark_failed(session, self._target(session, fetched.url), fetched.failure, was_asked=was_asked)
            self._source_run(session).bytes += fetched.sent
        self._step(fetched)

    def _step(self, fetched: Fetched) -> None:
        self._done += 1
        self._hear(fetched)
        self._progress.step(self._source.name, self._done, self._known)

    def _keep(self, page: Page) -> FetchFailure | str:
        """Save and judge a page; gives its capture's id, or a failure where the answer is no page."""
        try:
            place = place_of(page)
        except UrlInvalid as problem:
            return FetchFailure(page.url, "invalid_url", str(problem), page.depth)
        if page.status == NOT_MODIFIED:
            restored = restore(self._shop, page, place)
            if restored is None:
                return FetchFailure(page.url, "http_304", "the server says not modified of a page we never had")
            page = restored
        elif not 200 <= page.status < 300 and not self._shows_violation(page):
            return FetchFailure(page.url, f"http_{page.status}", f"the server answered {page.status}", page.depth)
        elif is_overtaken(self._shop, page, place):
            return FetchFailure(page.url, "overtaken", "a newer capture of the page is already kept", page.depth)
        return self._save(page, place)

    def _save(self, page: Page, place: Place) -> FetchFailure | str:
        """Save a page, or a listing with its entries, and judge what people read; tells a listing that is none."""
        blob = self._shop.blobs.save(page.body)
        listing = read_listing(self._source, page)
        is_unreadable = listing is not None and listing.is_unreadable
        is_page = listing is None or listing.is_page or is_unreadable
        entries = prepare_entries(self._shop.blobs, page, listing, self._most)
        with self._shop.writing() as session:
            target = self._target(session, page.url)
            run = self._source_run(session)
            # A listing that is none is a failure, which counts its bytes itself.
            run.bytes += 0 if is_unreadable else page.sent
            state = CaptureState.CAPTURED if is_page else CaptureState.LISTING
            capture, is_first = save_capture(session, page, place, run, target, blob_sha256=blob, state=state)
            mark_fetched(session, target)
            to_judge = [capture.id] if is_first and is_page else []
            if listing is not None:
                capture.scan_error = "; ".join(listing.problems)
                to_judge += keep_entries(session, place, run, target, entries)
                self._follow(session, target, page, [])
        for sentence in listing.problems if listing else ():
            self._progress.say(f"{self._source.name}: {page.url}: {sentence}")
        for capture_id in to_judge:
            self._check_stop()
            self._judge(capture_id, target.id)
        if listing is not None and is_unreadable:
            return FetchFailure(page.url, "listing", "; ".join(listing.problems), page.depth)
        return capture.id

    def _shows_violation(self, page: Page) -> bool:
        """A browser shows what comes with an error status too; a seller must not hide behind one."""
        self._shop.blobs.save(page.body)
        return bool(self._shop.scan(page, self._errand.as_of.date()).verdict.flagged)

    def _judge(self, capture_id: str, target_row_id: str) -> None:
        def follow(session: Session, page: Page, document: StoredDocument) -> None:
            target = session.exec(select(CrawlTarget).where(CrawlTarget.id == target_row_id)).one()
            # A capture that an older visit left over leads nowhere in this one, and an entry's link was followed
            # with its listing.
            if target.source_run_id == self._errand.source_run_id and page.url == target.url:
                agent = self._policy.robots_token
                links = links_to_follow(self._source, page, document.links, document.nofollow_links or (), agent)
                self._follow(session, target, page, links)
                self._line.add(self._icons.wanted(session, page, document))

        judge_capture(self._shop, capture_id, self._errand.as_of.date(), follow)

    def _follow(self, session: Session, target: CrawlTarget, page: Page, links: Sequence[str]) -> None:
        found = next_targets(self._source, Target(target.url, target.depth), page, links)
        added = add_targets(session, self._errand.source_run_id, found, most=self._most, admit=self._admit)
        self._line.add(added)
        self._known += len(added)

    def _note_death(self, unanswered: Sequence[Target], why: str) -> None:
        """A URL that takes the fetcher down with it each time must not do so for ever."""
        with self._shop.writing() as session:
            for target in (one for one in unanswered if one.depth != ICON):
                failure = FetchFailure(target.url, "fetcher_died", why, target.depth)
                row = self._target(session, target.url)
                note_attempt(session, row, failure)
                if row.state is TargetState.FAILED:
                    self._hear(Fetched(target.url, target.url, None, 0, failure=failure))

    def _target(self, session: Session, url: str) -> CrawlTarget:
        row_id = target_id(self._errand.source_run_id, url)
        return session.exec(select(CrawlTarget).where(CrawlTarget.id == row_id)).one()

    def _source_run(self, session: Session) -> SourceRun:
        return session.exec(select(SourceRun).where(SourceRun.id == self._errand.source_run_id)).one()

    def _check_room(self, size: int) -> None:
        self._shop.room.grow(size)
        shortage = self._shop.room.shortage()
        if shortage:
            raise RoomShort(shortage)

    def _check_stop(self) -> None:
        if self._shop.stop.is_set():
            raise Stopped
