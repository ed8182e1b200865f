"""Visits one source: feeds its frontier to a fetcher, saves each answer before anything reads it, judges it."""

from collections.abc import Sequence

from sqlmodel import Session

from api.exceptions import RoomShort
from api.jobs.arrivals import Sorter
from api.jobs.desk import Desk, Reading
from api.jobs.frontier import Frontier
from api.jobs.icons import ICON, Icons
from api.jobs.ledger import Errand, Ledger
from api.jobs.line import pause_of
from api.jobs.progress import Fetched, Hear, Progress, ignore
from api.jobs.telling import Telling
from api.jobs.workshop import Workshop
from api.store.commands.captures import list_unjudged
from api.store.commands.frontier import load_targets, note_attempt
from api.store.kinds import TargetState
from crawler.exceptions import FetcherDied
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.protocol import Answer

# URLs in the fetcher's hands for each request it may have open: enough to keep every host busy, few enough to be
# asked for again after a crash.
FOR_EACH_REQUEST = 2
# Answers and verdicts that are written together, at most.
AT_ONCE = 32
# While pages are being judged, answers are waited for so long, and else, so that a wish to stop is heard.
BRIEFLY = 0.02
UNTIL_ASKED_TO_STOP = 1.0


class Visit:
    """One visit; `run` may be cut off anywhere and begun again with the same errand.

    It goes in rounds: what arrived and what was judged meanwhile is written in one transaction. `hear` is told of each
    URL when it is done with; the first `careful` answers are asked for one by one.
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
        self._careful = careful
        self._errand = errand
        self._source = errand.source
        self._policy = policy
        self._telling = Telling(errand.source.name, progress, hear)
        # URLs whose hosts asked for a pause that this visit waits for.
        self._asked_later: set[str] = set()

    def run(self) -> None:
        """Judge what an earlier visit left over, then fetch and judge until the frontier is empty.

        FetcherDied when the fetcher ended too early, RoomShort when there is no room for what it brings.
        """
        run_id = self._errand.source_run_id
        self._icons = Icons(self._shop, run_id, is_whole=self._errand.is_whole, is_off=self._careful > 0)
        self._frontier = Frontier(self._shop, self._source, run_id, self._policy, self._icons, self._telling.say)
        self._line = self._frontier.line
        self._sorter = Sorter(self._shop, self._source, self._frontier.most)
        self._telling.begin(self._frontier.known - len(self._line))
        with Desk(self._shop, self._errand.as_of.date()) as self._desk:
            self._judge_left_over()
            if len(self._line):
                try:
                    self._fetch()
                finally:
                    self._shop.seal_archive()

    def _judge_left_over(self) -> None:
        with self._shop.reading() as session:
            for capture in list_unjudged(session, self._source.name):
                self._desk.put(Reading(capture.url, capture.id))
        self._finish_desk()

    def _finish_desk(self) -> None:
        while len(self._desk):
            self._shop.check_stop()
            self._desk.wait()
            self._round(())

    def _fetch(self) -> None:
        self._check_room(0)
        with CrawlProcess(self._source, self._policy, archive=self._shop.archive) as fetcher:
            try:
                while len(self._line) or fetcher.unanswered or len(self._desk):
                    self._shop.check_stop()
                    self._feed(fetcher)
                    self._round(self._answers(fetcher))
            except FetcherDied as death:
                self._finish_desk()
                self._note_death(fetcher.unanswered, str(death))
                raise
            except RoomShort:
                self._finish_desk()
                raise
            finally:
                self._line.close()

    def _feed(self, fetcher: CrawlProcess) -> None:
        most = 1 if self._careful > 0 else most_in_flight(self._policy)
        for target in self._frontier.take(most - len(fetcher.unanswered), is_whole=self._errand.is_whole):
            fetcher.send(target)
        self._give_up_hopeless()

    def _give_up_hopeless(self) -> None:
        waiting = self._line.take_hopeless()
        hopeless = [FetchFailure(row.url, "paused", pause.sentence, row.depth) for row, pause in waiting]
        for failure in (one for one in hopeless if one.depth == ICON):
            self._icons.keep(failure)
        pages = [one for one in hopeless if one.depth != ICON]
        if pages:
            with self._shop.writing() as session:
                ledger = self._ledger(session, [failure.url for failure in pages])
                for failure in pages:
                    ledger.fail(Fetched(failure.url, failure.url, None, 0, failure=failure), was_asked=False)
            self._act_on(ledger)

    def _answers(self, fetcher: CrawlProcess) -> Sequence[Answer]:
        """Give the answers that are here; waits for one, for a verdict, or for a host's pause to end."""
        if self._desk.is_full or (len(self._desk) and not fetcher.unanswered):
            self._desk.wait()
            return ()
        if fetcher.unanswered:
            return fetcher.answers(BRIEFLY if len(self._desk) else UNTIL_ASKED_TO_STOP, AT_ONCE)
        # What is left belongs to hosts that are in a pause or with another visit.
        self._shop.stop.wait(self._line.seconds_to_wait())
        return ()

    def _round(self, answers: Sequence[Answer]) -> None:
        """Write what came and what was judged since the last round, then let both lead on."""
        if answers:
            self._check_room(sum(len(answer.body) for answer in answers if isinstance(answer, Page)))
        # Forgotten by the desk from here on, so nothing may end the visit before it is written.
        judged = self._desk.finished()
        if not answers and not judged:
            return
        for answer in answers:
            self._heed(answer)
            if answer.depth == ICON:
                self._icons.keep(answer)
        pages = [answer for answer in answers if answer.depth != ICON]
        arrivals = self._sorter.sort(pages)
        with self._shop.writing() as session:
            ledger = self._ledger(session, [*(one.url for one in pages), *(one.reading.url for one in judged)])
            for fetched in arrivals.failed:
                ledger.fail(fetched, asks_later=fetched.url in self._asked_later)
            ledger.keep(arrivals.kept)
            ledger.doubt(arrivals.doubtful)
            ledger.file(judged, self._asked_later)
            added = self._frontier.add(session, ledger.found)
        for arrival in arrivals.kept:
            for problem in arrival.listing.problems if arrival.listing else ():
                self._telling.say(f"{arrival.page.url}: {problem}")
        self._line.add(added)
        self._act_on(ledger)

    def _ledger(self, session: Session, urls: Sequence[str]) -> Ledger:
        token = self._policy.robots_token
        return Ledger(self._shop, session, self._errand, urls, robots_token=token, icons=self._icons)

    def _act_on(self, ledger: Ledger) -> None:
        """Do what a transaction led to, once it is committed."""
        known = self._frontier.known
        self._line.add(ledger.again)
        for fetched, readings in ledger.arrived:
            self._telling.arrived(fetched, readings, known)
        for url, instead in ledger.judged:
            self._telling.judged(url, known, instead)
        for reading in ledger.readings:
            self._desk.put(reading)

    def _heed(self, answer: Answer) -> None:
        """Note that a URL is no longer under way, and the pause that its host asks for."""
        self._careful -= 1
        self._line.answered(answer.url)
        self._asked_later.discard(answer.url)
        pause = pause_of(answer, self._policy)
        if pause is not None and self._line.pause(pause):
            self._asked_later.add(answer.url)

    def _note_death(self, unanswered: Sequence[Target], why: str) -> None:
        """A URL that takes the fetcher down with it each time must not do so for ever."""
        pages = [target for target in unanswered if target.depth != ICON]
        with self._shop.writing() as session:
            rows = load_targets(session, self._errand.source_run_id, (target.url for target in pages))
            for target in pages:
                failure = FetchFailure(target.url, "fetcher_died", why, target.depth)
                note_attempt(session, rows[target.url], failure)
                if rows[target.url].state is TargetState.FAILED:
                    self._telling.lost(Fetched(target.url, target.url, None, 0, failure=failure))

    def _check_room(self, size: int) -> None:
        self._shop.room.grow(size)
        shortage = self._shop.room.shortage()
        if shortage:
            raise RoomShort(shortage)


def most_in_flight(policy: FetchPolicy) -> int:
    """Give how many URLs a fetcher has in its hands at a time."""
    return FOR_EACH_REQUEST * policy.concurrency
