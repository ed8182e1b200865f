"""The second look under a browser's name: flagged pages and a sample of start pages, where a source allows it."""

import hashlib
import logging
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from api.counting import count
from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.crawl import most_in_flight
from api.jobs.ledger import Errand
from api.jobs.line import Line, pause_of
from api.jobs.progress import Progress
from api.jobs.workshop import Stopped, Workshop
from api.services.triage import file_verdict
from api.store.commands.captures import stored_page
from api.store.commands.judgements import Judgement, Settled, save_judgements, settle_capture
from api.store.commands.looks import look_id, save_look
from api.store.kinds import CaptureState, LookKind
from api.store.queries.looks import ENTRY, earlier_look
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, SitePage
from api.store.tables.runs import CrawlTarget, SourceRun
from api.store.tables.verdicts import StoredVerdict
from crawler.cloaking import Difference, compare
from crawler.exceptions import FetcherDied
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.sources import ARCHIVE

LOG = logging.getLogger(__name__)
# What most readers of the web come with.
DISGUISE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
# Of the start pages on which nothing was found; flagged pages are all looked at.
SAMPLED = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A capture that is asked for once more, as its bytes are known."""

    capture_id: str
    page_id: str
    url: str
    bytes_sha256: str


class Cloaking:
    """Asks for pages of a visit as a browser would and compares; begun again, it repeats what was in flight."""

    def __init__(self, shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress, most: int) -> None:
        self._shop = shop
        self._errand = errand
        self._policy = replace(policy, disguise=DISGUISE)
        self._progress = progress
        self._most = most
        self._line = Line(shop, errand.source_run_id, policy, self._say)
        self._asked = self._different = 0

    def run(self) -> None:
        """Look at what is flagged and at the sample, `most` pages at most."""
        if not self._errand.source.second_look or self._errand.source.spider == ARCHIVE:
            return
        with self._shop.reading() as session:
            waiting = {one.url: one for one in _candidates(session, self._errand)[: self._most]}
        if waiting:
            why = self._ask(waiting)
            asked = count(self._asked, "page was", "pages were")
            told = f"{asked} asked for under a browser's name; {self._different} of them told it something else"
            left = len(waiting) - self._asked
            rest = f"; {left} more not: {why or 'their hosts asked to be left alone'}" if left else ""
            self._say(f"{told}{rest}")

    def _say(self, sentence: str) -> None:
        self._progress.say(f"{self._errand.source.name}: {sentence}")

    def _ask(self, waiting: dict[str, Candidate]) -> str:
        """Ask for pages and keep what comes; gives why it ended early, empty when it did not."""
        visit = self._errand.source_run_id
        self._line.add(
            CrawlTarget(id=one.capture_id, source_run_id=visit, url=url, depth=0, position=place)
            for place, (url, one) in enumerate(waiting.items())
        )
        try:
            with CrawlProcess(self._errand.source, self._policy, archive=self._shop.archive) as fetcher:
                self._feed(fetcher)
                while len(self._line) or fetcher.unanswered:
                    for answer in fetcher:
                        self._shop.check_stop()
                        shortage = self._shop.room.shortage()
                        if shortage:
                            return shortage
                        self._asked += 1
                        self._line.answered(answer.url)
                        pause = pause_of(answer, self._policy)
                        if pause is not None:
                            self._line.pause(pause)
                        self._take(waiting[answer.url], answer)
                        self._feed(fetcher)
                    self._line.take_hopeless()
                    self._shop.stop.wait(self._line.seconds_to_wait())
                    self._shop.check_stop()
                    self._feed(fetcher)
        except FetcherDied as death:
            LOG.warning("the second look at source %s ended early: %s", self._errand.source.name, death)
            return str(death)
        finally:
            self._line.close()
            self._shop.seal_archive()
        return ""

    def _feed(self, fetcher: CrawlProcess) -> None:
        while len(fetcher.unanswered) < most_in_flight(self._policy) and (row := self._line.take()) is not None:
            fetcher.send(Target(row.url))

    def _take(self, candidate: Candidate, answer: Page | FetchFailure) -> None:
        look = Look(
            id=look_id(candidate.capture_id, LookKind.OTHER_AGENT),
            kind=LookKind.OTHER_AGENT,
            capture_id=candidate.capture_id,
            page_id=candidate.page_id,
            bytes_sha256=candidate.bytes_sha256,
            looked_at=self._shop.clock(),
            agent=DISGUISE,
        )
        if isinstance(answer, FetchFailure):
            look.error = f"{answer.reason}: {answer.detail}"
            self._save(look)
            return
        look.looked_at, look.final_url, look.status = answer.fetched_at, answer.final_url, answer.status
        self._shop.room.grow(len(answer.body))
        look.html_sha256, look.html_size = self._shop.blobs.save(answer.body), len(answer.body)
        self._compare(candidate, look, answer)

    def _compare(self, candidate: Candidate, look: Look, answer: Page) -> None:
        plain = self._plain(candidate)
        ours = None if plain is None else self._shop.scan(plain, self._errand.as_of.date()).document
        result = self._shop.scan(answer, self._errand.as_of.date())
        if ours is None or result.document is None:
            look.error = "unreadable: one of the two answers cannot be read"
            self._save(look)
            return
        difference = compare(ours, result.document)
        _note(look, difference)
        self._different += difference.is_real
        text = self._shop.blobs.save_text(result.document.text)
        look.text_sha256 = text
        with self._shop.writing() as session:
            if difference.is_real and result.verdict.flagged:
                capture = session.get_one(Capture, candidate.capture_id)
                page = session.get_one(SitePage, candidate.page_id)
                judgement = Judgement(capture, page, result.document, text, result.verdict)
                (kept,) = save_judgements(session, [judgement], self._shop.clock())
                look.document_id, look.verdict_id = kept.document.id, kept.verdict.id
                self._show(session, capture, page, kept)
            save_look(session, look)

    def _show(self, session: Session, capture: Capture, page: SitePage, kept: Settled) -> None:
        """Put what only a browser is told before people, where nothing was found on what we were told."""
        own = session.get(StoredVerdict, capture.verdict_id)
        if own is not None and own.flagged:
            return
        settle_capture(capture, page, kept.document, kept.verdict)
        session.flush()
        filed = file_verdict(session, kept.verdict, self._shop.clock(), self._shop.sample)
        run = session.exec(select(SourceRun).where(SourceRun.id == self._errand.source_run_id)).one()
        run.new_flags += filed.is_new_flag
        session.add(run)

    def _plain(self, candidate: Candidate) -> Page | None:
        with self._shop.reading() as session:
            capture = session.exec(select(Capture).where(Capture.id == candidate.capture_id)).one()
            page = stored_page(session, capture)
        try:
            return replace(page, body=self._shop.blobs.load(capture.blob_sha256))
        except (BlobMissing, BlobDamaged) as problem:
            LOG.warning("the capture of %s cannot be compared: %s", capture.final_url, problem)
            return None

    def _save(self, look: Look) -> None:
        with self._shop.writing() as session:
            save_look(session, look)


def look_for_cloaking(shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress, most: int) -> None:
    """Ask for pages as a browser would, where the source allows it; whatever goes wrong with that, the visit stands."""
    try:
        Cloaking(shop, errand, policy, progress, most).run()
    except Stopped:
        raise
    except Exception as problem:
        LOG.exception("the look for cloaking at source %s broke off", errand.source.name)
        progress.say(f"{errand.source.name}: the look for cloaking broke off: {type(problem).__name__}: {problem}")


def _candidates(session: Session, errand: Errand) -> list[Candidate]:
    """Give the flagged captures of a visit and a sample of its start pages whose bytes were not compared before."""
    rows = session.exec(
        select(Capture, StoredVerdict.flagged)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .where(
            Capture.source_run_id == errand.source_run_id,
            col(Capture.state) == CaptureState.JUDGED,
            col(Capture.url).startswith("http"),
            ~col(Capture.url).contains(ENTRY),
        )
        .order_by(col(Capture.fetched_at), col(Capture.id))
    )
    starts = set(errand.source.start_urls)
    found = []
    for capture, flagged in rows:
        if flagged or (capture.url in starts and _is_sampled(capture.page_id, errand)):
            known = earlier_look(session, capture.page_id, capture.blob_sha256, LookKind.OTHER_AGENT)
            if known is None:
                found.append(Candidate(capture.id, capture.page_id, capture.url, capture.blob_sha256))
    return found


def _is_sampled(page_id: str, errand: Errand) -> bool:
    """One start page in SAMPLED, others each week; a source's only one always."""
    if len(errand.source.start_urls) == 1:
        return True
    week = errand.as_of.date().isocalendar()
    drawn = hashlib.sha256(f"{page_id} {week.year} {week.week}".encode()).digest()
    return drawn[0] % SAMPLED == 0


def _note(look: Look, difference: Difference) -> None:
    look.likeness, look.is_different = difference.likeness, difference.is_real
    look.differences = {
        "removed": list(difference.gone),
        "added": list(difference.come),
        "signals_removed": list(difference.signals_gone),
        "signals_added": list(difference.signals_come),
    }
