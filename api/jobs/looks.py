"""The second look of a visit: a browser draws what was thin and takes pictures of what is flagged."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import select

from api.counting import count
from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.ledger import Errand
from api.jobs.line import Line
from api.jobs.lookout import Gone, Lookout
from api.jobs.progress import Progress
from api.jobs.workshop import Stopped, Workshop
from api.judging.scanner import ScanResult
from api.services.triage import file_verdict
from api.store.commands.captures import stored_page
from api.store.commands.judgements import Judgement, settle_judgements
from api.store.commands.looks import look_id, save_look
from api.store.kinds import LookKind
from api.store.queries.looks import THIN, Wanted, earlier_look, list_wanted
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, SitePage
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.fetching.policy import FetchPolicy
from crawler.rendering.items import Rendering, RenderOrder
from crawler.scope import Scope, host_of
from crawler.sources import ARCHIVE, Source

LOG = logging.getLogger(__name__)
DRAWN_TYPE = "text/html; charset=utf-8"
# What was cut off of these makes the text less than the page shows.
LESS_TEXT = frozenset({"html", "bytes", "requests", "frames"})


class SecondLook:
    """Looks once more at what a visit captured; cut off anywhere and begun again, it repeats the page at hand."""

    def __init__(
        self, shop: Workshop, errand: Errand, policy: FetchPolicy, lookout: Lookout, progress: Progress
    ) -> None:
        self._shop = shop
        self._errand = errand
        self._policy = policy
        self._lookout = lookout
        self._progress = progress
        # The same leases and pauses as the visit's own requests; nothing else asks these hosts meanwhile.
        self._line = Line(shop, errand.source_run_id, policy, self._say)
        self._asked: dict[str, datetime] = {}

    def run(self) -> None:
        """Look at what wants it, as far as the budget of the run reaches."""
        with self._shop.reading() as session:
            wanted = list_wanted(session, self._errand.source_run_id)
        # What scripts draw may be new though the bytes that load them are not.
        fresh = [one for one in wanted if (one.is_thin and self._lookout.is_on) or not self._repeat(one)]
        if self._errand.source.spider == ARCHIVE or not fresh:
            return
        if not self._lookout.is_on:
            thin = sum(one.is_thin for one in fresh)
            if thin:
                self._say(
                    f"{count(thin, 'page shows', 'pages show')} next to nothing without scripts; with "
                    "RXWARDEN_BROWSER=auto a browser draws such pages and they are judged as it shows them"
                )
            return
        try:
            self._look_at(fresh)
        finally:
            self._line.close()

    def _look_at(self, fresh: list[Wanted]) -> None:
        waiting = {one.capture_id: one for one in fresh}
        visit = self._errand.source_run_id
        self._line.add(
            CrawlTarget(id=one.capture_id, source_run_id=visit, url=one.url, depth=0, position=place)
            for place, one in enumerate(fresh)
        )
        done = paused = 0
        while len(self._line):
            self._shop.check_stop()
            target = self._line.take()
            if target is None:
                paused += len(self._line.take_hopeless())
                if len(self._line):
                    self._shop.stop.wait(self._line.seconds_to_wait())
                continue
            try:
                why = self._look(waiting[target.id])
            finally:
                self._line.answered(target.url)
            if why:
                self._say(f"no browser looked at {count(len(fresh) - done, 'page')}: {why}")
                return
            done += 1
            self._progress.step(self._errand.source.name, done, len(fresh))
        later = f"; {count(paused, 'page')} of hosts that asked to be left alone were not" if paused else ""
        self._say(f"a browser looked at {count(done, 'page')}{later}")

    def _look(self, wanted: Wanted) -> str:
        """Look at one page and keep what it shows; gives why no more can be looked at, else nothing."""
        shortage = self._shop.room.shortage()
        if shortage:
            return shortage
        self._wait_for(host_of(wanted.url))
        answer = self._lookout.render(RenderOrder(wanted.url, _hosts(self._errand.source)))
        self._asked[host_of(wanted.url)] = self._shop.clock()
        if isinstance(answer, Gone):
            return answer.why
        if isinstance(answer, Rendering):
            self._keep(wanted, answer)
        else:
            self._keep_failure(wanted, f"{answer.reason}: {answer.detail}")
        return ""

    def _wait_for(self, host: str) -> None:
        """Leave the host the time between two requests that the fetcher leaves it."""
        if host in self._asked:
            pause = self._asked[host] + timedelta(seconds=self._policy.delay_seconds) - self._shop.clock()
            self._shop.stop.wait(max(0.0, pause.total_seconds()))
            self._shop.check_stop()

    def _keep(self, wanted: Wanted, answer: Rendering) -> None:
        blobs = self._shop.blobs
        self._shop.room.grow(len(answer.html) + len(answer.text) + len(answer.screenshot))
        look = self._new_look(wanted, answer.fetched_at)
        look.final_url, look.status, look.browser = answer.final_url, answer.status, answer.browser
        look.html_sha256, look.html_size = blobs.save(answer.html), len(answer.html)
        look.text_sha256 = blobs.save_text(answer.text)
        if answer.screenshot:
            look.screenshot_sha256, look.screenshot_size = blobs.save(answer.screenshot), len(answer.screenshot)
            look.width, look.height = answer.width, answer.height
        look.refused = [{"what": one.what, "why": one.why} for one in answer.refused]
        look.refused_count, look.truncated = answer.refused_count, list(answer.truncated)
        self._settle(wanted, look)

    def _repeat(self, wanted: Wanted) -> bool:
        """Give a capture what a browser showed of the same bytes before, as judged today; False when there is none."""
        if wanted.is_drawn:
            return True
        with self._shop.reading() as session:
            look = earlier_look(session, wanted.page_id, wanted.bytes_sha256, LookKind.RENDERED)
        if look is None:
            return False
        if wanted.is_thin and look.document_id is not None:
            try:
                self._judge_again(wanted, look)
            except (BlobMissing, BlobDamaged) as problem:
                LOG.warning("what a browser saw of %s is lost: %s", wanted.url, problem)
                return False
        return True

    def _judge_again(self, wanted: Wanted, look: Look) -> None:
        again = Look(**look.model_dump(exclude={"id", "capture_id", "document_id", "verdict_id"}), id="", capture_id="")
        again.id, again.capture_id = look_id(wanted.capture_id, LookKind.RENDERED), wanted.capture_id
        self._settle(wanted, again)

    def _settle(self, wanted: Wanted, look: Look) -> None:
        """Record the look; where the page was thin and is so no more, what it shows is judged in its place."""
        result = self._scan(wanted, look) if wanted.is_thin else None
        document = None if result is None else result.document
        if result is not None and document is None:
            look.error = f"unreadable: {result.error}"
        is_better = document is not None and not THIN.intersection(document.not_seen)
        text = None if document is None else self._shop.blobs.save_text(document.text)
        with self._shop.writing() as session:
            if document is not None and result is not None and text is not None and is_better:
                capture = session.get_one(Capture, wanted.capture_id)
                page = session.get_one(SitePage, wanted.page_id)
                judgement = Judgement(capture, page, document, text, result.verdict)
                (settled,) = settle_judgements(session, [judgement], self._shop.clock())
                look.document_id, look.verdict_id = settled.document.id, settled.verdict.id
                filed = file_verdict(session, settled.verdict, self._shop.clock(), self._shop.sample)
                run = session.exec(select(SourceRun).where(SourceRun.id == self._errand.source_run_id)).one()
                run.new_flags += filed.is_new_flag
                session.add(run)
            save_look(session, look)

    def _scan(self, wanted: Wanted, look: Look) -> ScanResult:
        assert look.html_sha256 is not None
        with self._shop.reading() as session:
            capture = session.exec(select(Capture).where(Capture.id == wanted.capture_id)).one()
            page = stored_page(session, capture)
        drawn = replace(
            page,
            body=self._shop.blobs.load(look.html_sha256),
            content_type=DRAWN_TYPE,
            headers=(),
            truncated=bool(LESS_TEXT.intersection(look.truncated)),
        )
        return self._shop.scan(drawn, self._errand.as_of.date())

    def _keep_failure(self, wanted: Wanted, why: str) -> None:
        """What is known of the page stays as it is; the next capture of it is looked at again."""
        look = self._new_look(wanted, self._shop.clock())
        look.error = why
        with self._shop.writing() as session:
            save_look(session, look)

    def _new_look(self, wanted: Wanted, looked_at: datetime) -> Look:
        return Look(
            id=look_id(wanted.capture_id, LookKind.RENDERED),
            kind=LookKind.RENDERED,
            capture_id=wanted.capture_id,
            page_id=wanted.page_id,
            bytes_sha256=wanted.bytes_sha256,
            looked_at=looked_at,
            agent=self._lookout.policy.user_agent,
        )

    def _say(self, sentence: str) -> None:
        self._progress.say(f"{self._errand.source.name}: {sentence}")


def look_once_more(shop: Workshop, errand: Errand, policy: FetchPolicy, lookout: Lookout, progress: Progress) -> None:
    """Look once more at what a visit captured; whatever goes wrong with that, the visit stands."""
    try:
        SecondLook(shop, errand, policy, lookout, progress).run()
    except Stopped:
        raise
    except Exception as problem:
        LOG.exception("the second look at source %s broke off in %s", errand.source.name, errand.source_run_id)
        progress.say(f"{errand.source.name}: the second look broke off: {type(problem).__name__}: {problem}")


def _hosts(source: Source) -> tuple[str, ...]:
    """Give the hosts that a page stays on while it is looked at: those that redirects of its source must stay on."""
    return tuple(sorted(Scope.of(source.start_urls).hosts)) if source.spider in ("site", "sitemap") else ()
