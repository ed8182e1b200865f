"""Visits one source: feeds its frontier to a fetcher, saves each answer before anything reads it, judges it."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, select

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.progress import Progress
from api.jobs.scan import judge_capture
from api.jobs.workshop import Workshop
from api.store.commands.captures import (
    NOT_MODIFIED,
    Place,
    latest_capture,
    list_unjudged,
    payload_record,
    save_capture,
)
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
from api.store.kinds import CaptureState
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.canonical import lookup_key
from crawler.discovery import PatternBudget, next_targets, start_targets
from crawler.exceptions import FetcherDied, UrlInvalid
from crawler.fetching.policy import FetchPolicy
from crawler.items import ArchiveRecord, FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.sitemaps import sitemap_locations
from crawler.sources import Source

LOG = logging.getLogger(__name__)
# URLs of one shape that a visit takes at most; the rest of a calendar says nothing new.
MOST_OF_A_PATTERN = 200
# Enough for the fetcher to keep every host busy, few enough to be asked again after a crash.
IN_FLIGHT = 32


class Stopped(Exception):
    """The job was asked to stop; what is unfinished waits for the next run."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One source to visit within a run; verdicts are made for the date of `as_of`."""

    source: Source
    source_run_id: str
    as_of: datetime


class Visit:
    """One visit; `run` may be cut off anywhere and begun again with the same errand."""

    def __init__(self, shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress) -> None:
        self._shop = shop
        self._errand = errand
        self._source = errand.source
        self._policy = policy
        self._progress = progress
        self._waiting: deque[CrawlTarget] = deque()
        self._known = 0
        self._done = 0

    def run(self) -> None:
        """Judge what an earlier visit left over, then fetch and judge until the frontier is empty."""
        self._open_frontier()
        self._judge_left_over()
        if self._waiting:
            try:
                self._fetch()
            finally:
                self._shop.seal_archive()

    def _open_frontier(self) -> None:
        starts = start_targets(self._source)
        self._most = max(self._source.max_pages, len(starts))
        with self._shop.writing() as session:
            urls = list_urls(session, self._errand.source_run_id)
            self._budget = PatternBudget(MOST_OF_A_PATTERN, urls)
            # Start URLs are a person's choice; no budget leaves one out.
            add_targets(session, self._errand.source_run_id, starts, most=self._most, admit=lambda _: True)
            self._waiting.extend(list_pending(session, self._errand.source_run_id))
            self._known = count_targets(session, self._errand.source_run_id)
            self._done = self._known - len(self._waiting)

    def _judge_left_over(self) -> None:
        with self._shop.reading() as session:
            left_over = list_unjudged(session, self._source.name)
        for capture in left_over:
            self._check_stop()
            self._judge(capture.id, capture.target_id)

    def _fetch(self) -> None:
        with CrawlProcess(self._source, self._policy, archive=self._shop.archive) as fetcher:
            self._feed(fetcher)
            try:
                for answer in fetcher:
                    self._check_stop()
                    self._take(answer)
                    self._feed(fetcher)
            except FetcherDied as death:
                self._note_death(fetcher.unanswered, str(death))
                raise

    def _feed(self, fetcher: CrawlProcess) -> None:
        while self._waiting and len(fetcher.unanswered) < IN_FLIGHT:
            row = self._waiting.popleft()
            fetcher.send(self._with_validators(Target(row.url, row.depth)))

    def _with_validators(self, target: Target) -> Target:
        """Ask for changes only, where the last capture of this very URL is still whole, and in the archive too."""
        try:
            with self._shop.reading() as session:
                capture = latest_capture(session, lookup_key(target.url))
                seen = None if capture is None else payload_record(session, capture)
            if capture is None or capture.truncated or seen is None or not self._is_kept(seen):
                return target
            if capture.final_url != target.url:
                return replace(target, seen=seen)
            self._shop.blobs.load(capture.blob_sha256)
        except (UrlInvalid, BlobMissing, BlobDamaged):
            return target
        return replace(target, etag=capture.etag, last_modified=capture.last_modified, seen=seen)

    def _is_kept(self, record: ArchiveRecord) -> bool:
        return (self._shop.folder.warc / record.file).is_file()

    def _take(self, answer: Page | FetchFailure) -> None:
        failure = answer if isinstance(answer, FetchFailure) else self._keep(answer)
        if failure is not None:
            with self._shop.writing() as session:
                mark_failed(session, self._target(session, failure.url), failure)
        self._done += 1
        self._progress.step(self._source.name, self._done, self._known)

    def _keep(self, page: Page) -> FetchFailure | None:
        """Save and judge a page; gives a failure where the answer is none."""
        try:
            place = _place(page)
        except UrlInvalid as problem:
            return FetchFailure(page.url, "invalid_url", str(problem), page.depth)
        if page.status == NOT_MODIFIED:
            restored = self._restored(page, place)
            if restored is None:
                return FetchFailure(page.url, "http_304", "the server says not modified of a page we never had")
            page = restored
        elif not 200 <= page.status < 300 and not self._shows_violation(page):
            return FetchFailure(page.url, f"http_{page.status}", f"the server answered {page.status}", page.depth)
        blob = self._shop.blobs.save(page.body)
        listing = _is_listing(page)
        with self._shop.writing() as session:
            target = self._target(session, page.url)
            run = session.exec(select(SourceRun).where(SourceRun.id == self._errand.source_run_id)).one()
            state = CaptureState.LISTING if listing else CaptureState.CAPTURED
            capture, is_first = save_capture(session, page, place, run, target, blob_sha256=blob, state=state)
            mark_fetched(session, target)
            if listing:
                self._follow(session, target, page, [])
        if is_first and not listing:
            self._judge(capture.id, target.id)
        return None

    def _restored(self, page: Page, place: Place) -> Page | None:
        """Give a not-modified answer the bytes it speaks of."""
        with self._shop.reading() as session:
            capture = latest_capture(session, place.lookup_key)
        if capture is None:
            return None
        body = self._shop.blobs.load(capture.blob_sha256)
        return replace(page, body=body, content_type=capture.content_type)

    def _shows_violation(self, page: Page) -> bool:
        """A browser shows what comes with an error status too; a seller must not hide behind one."""
        self._shop.blobs.save(page.body)
        return bool(self._shop.scan(page, self._errand.as_of.date()).verdict.flagged)

    def _judge(self, capture_id: str, target_row_id: str) -> None:
        def follow(session: Session, page: Page, links: Sequence[str]) -> None:
            target = session.exec(select(CrawlTarget).where(CrawlTarget.id == target_row_id)).one()
            # A capture that an older visit left over leads nowhere in this one.
            if target.source_run_id == self._errand.source_run_id:
                self._follow(session, target, page, links)

        judge_capture(self._shop, capture_id, self._errand.as_of.date(), follow)

    def _follow(self, session: Session, target: CrawlTarget, page: Page, links: Sequence[str]) -> None:
        found = next_targets(self._source, Target(target.url, target.depth), page, links)
        added = add_targets(session, self._errand.source_run_id, found, most=self._most, admit=self._budget.admit)
        self._waiting.extend(added)
        self._known += len(added)

    def _note_death(self, unanswered: Sequence[Target], why: str) -> None:
        """A URL that takes the fetcher down with it each time must not do so for ever."""
        with self._shop.writing() as session:
            for target in unanswered:
                failure = FetchFailure(target.url, "fetcher_died", why, target.depth)
                note_attempt(session, self._target(session, target.url), failure)

    def _target(self, session: Session, url: str) -> CrawlTarget:
        row_id = target_id(self._errand.source_run_id, url)
        return session.exec(select(CrawlTarget).where(CrawlTarget.id == row_id)).one()

    def _check_stop(self) -> None:
        if self._shop.stop.is_set():
            raise Stopped


def _place(page: Page) -> Place:
    led_by = []
    for url in dict.fromkeys((page.url, *page.redirects)):
        try:
            led_by.append((url, lookup_key(url)))
        except UrlInvalid as problem:
            LOG.info("%s led to a page and cannot be looked up: %s", url, problem)
    return Place(page.final_url, lookup_key(page.final_url), tuple(led_by))


def _is_listing(page: Page) -> bool:
    """Tell a sitemap or robots.txt, which lists pages, from a page."""
    if page.spider != "sitemap":
        return False
    is_robots = "/robots.txt" in (urlsplit(page.url).path, urlsplit(page.final_url).path)
    return is_robots or bool(sitemap_locations(page.body))
