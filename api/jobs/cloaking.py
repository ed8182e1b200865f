"""The second look under a browser's name: flagged pages and a sample of start pages, where a source allows it."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import Session, select

from api.counting import count
from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.candidates import Candidate, list_candidates
from api.jobs.crawl import most_in_flight
from api.jobs.ledger import Errand
from api.jobs.line import Line, pause_of
from api.jobs.progress import Progress
from api.jobs.workshop import Stopped, Workshop
from api.services.triage import file_verdict
from api.store.commands.captures import stored_page
from api.store.commands.judgements import Judgement, Settled, save_judgements, settle_capture
from api.store.commands.looks import look_id, save_look
from api.store.kinds import LookKind
from api.store.queries.looks import THIN, is_of_look
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.runs import CrawlTarget, SourceRun
from api.store.tables.verdicts import StoredVerdict
from classifier.types import Verdict
from crawler.cloaking import Difference, compare
from crawler.exceptions import FetcherDied
from crawler.fetching.policy import FetchPolicy
from crawler.items import Document, FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.sources import ARCHIVE

LOG = logging.getLogger(__name__)
# What most readers of the web come with.
DISGUISE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
# What came can be of this kind whatever a reader is told; only what is read through takes an earlier finding back.
NOTHING_TOLD = THIN | {"not_html", "truncated"}
# What a reader was told, and its verdict.
Told = tuple[Document, Verdict]


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
        """Look at what is flagged and at the sample, `most` pages at most, where the source allows it."""
        if self._errand.source.spider == ARCHIVE:
            return
        with self._shop.reading() as session:
            candidates = list_candidates(session, self._errand)
        self._let_stand(candidates)
        if not self._errand.source.second_look:
            return
        waiting = {one.url: one for one in candidates[: self._most]}
        if waiting:
            why = self._ask(waiting)
            asked = count(self._asked, "page was", "pages were")
            told = f"{asked} asked for under a browser's name; {self._different} of them told it something else"
            left = len(waiting) - self._asked
            rest = f"; {left} more not: {why or 'their hosts asked to be left alone'}" if left else ""
            self._say(f"{told}{rest}")

    def _say(self, sentence: str) -> None:
        self._progress.say(f"{self._errand.source.name}: {sentence}")

    def _let_stand(self, candidates: Iterable[Candidate]) -> None:
        """Show what a browser was told before for as long as no look says otherwise: it may fail, or be forbidden."""
        for one in candidates:
            if one.last is not None and one.last.verdict_id is not None:
                with self._shop.writing() as session:
                    capture = session.get_one(Capture, one.capture_id)
                    if not session.get_one(StoredVerdict, capture.verdict_id).flagged:
                        document = session.get_one(StoredDocument, one.last.document_id)
                        verdict = session.get_one(StoredVerdict, one.last.verdict_id)
                        self._show(session, capture, Settled(document, verdict), is_news=False)

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
        ours = None if plain is None else self._shop.scan(plain, self._errand.as_of.date())
        theirs = self._shop.scan(answer, self._errand.as_of.date())
        if not 200 <= answer.status < 300 and not theirs.verdict.flagged:
            look.error = f"http_{answer.status}: the server answered {answer.status}"
            self._save(look)
        elif ours is None or ours.document is None or theirs.document is None:
            look.error = "unreadable: one of the two answers cannot be read"
            self._save(look)
        else:
            self._weigh(look, (ours.document, ours.verdict), (theirs.document, theirs.verdict))

    def _weigh(self, look: Look, ours: Told, theirs: Told) -> None:
        """Keep how two answers differ, and let the case rest on what is hidden from us for as long as it is."""
        difference = compare(ours[0], theirs[0])
        _note(look, difference)
        self._different += difference.is_real
        look.text_sha256 = self._shop.blobs.save_text(theirs[0].text)
        with self._shop.writing() as session:
            capture = session.get_one(Capture, look.capture_id)
            own = session.get_one(StoredVerdict, capture.verdict_id)
            rests_on_theirs = is_of_look(session, own, LookKind.OTHER_AGENT)
            if difference.is_real and theirs[1].flagged:
                shown = self._judged(session, capture, theirs)
                look.document_id, look.verdict_id = shown.document.id, shown.verdict.id
                if rests_on_theirs or not own.flagged:
                    self._show(session, capture, shown)
            elif rests_on_theirs and NOTHING_TOLD.intersection(theirs[0].not_seen):
                unseen = ", ".join(sorted(NOTHING_TOLD.intersection(theirs[0].not_seen)))
                look.error = f"unseen: what came takes nothing back, since it cannot be seen whole ({unseen})"
            elif rests_on_theirs:
                self._show(session, capture, self._judged(session, capture, ours))
            save_look(session, look)

    def _judged(self, session: Session, capture: Capture, told: Told) -> Settled:
        document, verdict = told
        page = session.get_one(SitePage, capture.page_id)
        judgement = Judgement(capture, page, document, self._shop.blobs.save_text(document.text), verdict)
        (kept,) = save_judgements(session, [judgement], self._shop.clock())
        return kept

    def _show(self, session: Session, capture: Capture, kept: Settled, *, is_news: bool = True) -> None:
        """Let the page's case rest on this: on what only a browser is told, or on what we are told once more."""
        settle_capture(capture, session.get_one(SitePage, capture.page_id), kept.document, kept.verdict)
        session.flush()
        filed = file_verdict(session, kept.verdict, self._shop.clock(), self._shop.sample)
        run = session.exec(select(SourceRun).where(SourceRun.id == self._errand.source_run_id)).one()
        run.new_flags += is_news and filed.is_new_flag
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


def _note(look: Look, difference: Difference) -> None:
    look.likeness, look.is_different = difference.likeness, difference.is_real
    look.differences = {
        "removed": list(difference.gone),
        "added": list(difference.come),
        "signals_removed": list(difference.signals_gone),
        "signals_added": list(difference.signals_come),
    }
