"""The fetcher: `python -m crawler.child`, started by a CrawlProcess and fed over stdin; only it loads Scrapy."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import BinaryIO, NoReturn

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from scrapy.utils.spider import iter_spider_classes

from crawler.exceptions import CrawlerError, FetcherRefused
from crawler.fetching.archivist import Archivist
from crawler.fetching.lock import lock_connects
from crawler.fetching.memory import memory_full
from crawler.fetching.pipes import Answers, Feed
from crawler.fetching.policy import FetchPolicy
from crawler.fetching.preflight import check_guards
from crawler.fetching.warc import open_archive
from crawler.items import FetchFailure
from crawler.protocol import Exit, decode_start
from crawler.settings import fetch_settings
from crawler.spiders.base import FetchingSpider

# Above a spider's custom_settings and add-ons; what shouts louder, the preflight finds.
PRIORITY = "cmdline"


def spider_class(name: str) -> type[FetchingSpider]:
    """Give the spider of the module `crawler.spiders.NAME`."""
    found = next(iter(iter_spider_classes(import_module(f"crawler.spiders.{name}"))))
    assert issubclass(found, FetchingSpider)
    return found


def run(
    commands: BinaryIO,
    frames: BinaryIO,
    settings_for: Callable[[FetchPolicy], dict[str, object]] = fetch_settings,
    spider_for: Callable[[str], type[FetchingSpider]] = spider_class,
) -> Exit:
    """Fetch what `commands` asks for and write the answers to `frames`; once a process, since Twisted runs once."""
    try:
        source, policy, archive = decode_start(commands.readline())
    except CrawlerError as problem:
        return _say(Exit.START_INVALID, str(problem))
    spider = spider_for(source.spider)
    policy = replace(policy, memory_mb=max(policy.memory_mb, spider.least_memory_mb))
    guard = policy.guard()
    lock_connects(guard)
    feed, answers = Feed(commands, _job_lost), Answers(frames, _job_lost)
    settings = Settings()
    settings.setdict(settings_for(policy), priority=PRIORITY)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)

    def begin() -> None:
        """Let targets in only when every guard is in force."""
        try:
            check_guards(crawler, guard)
        except FetcherRefused as problem:
            _leave(_say(Exit.REFUSED, str(problem)))
        feed.open()

    def end_full(held: int) -> None:
        """End in good order, at once: what was answered reaches the job, the archive's last file is whole."""
        answers.finish()
        closing.close()
        words = f"it held {held >> 20} MB, more than the {policy.memory_mb} MB of memory_mb"
        _leave(_say(Exit.MEMORY_FULL, words))

    crawler.signals.connect(begin, signals.engine_started)
    crawler.signals.connect(end_full, memory_full)
    with ExitStack() as closing:
        if archive is not None:
            files = closing.enter_context(open_archive(archive, source, policy, _clock))
            archivist = Archivist(files, _clock, _archive_lost)
            crawler.signals.connect(archivist.keep, signals.response_downloaded)
        process.crawl(crawler, source=source, policy=policy, feed=feed, answers=answers, clock=_clock)
        process.start()
        return _close(crawler, answers)


def _clock() -> datetime:
    return datetime.now(UTC)


def _close(crawler: Crawler, answers: Answers) -> Exit:
    """Answer what Scrapy dropped silently, or say why it closed before all was done."""
    spider = crawler.spider
    reason = spider.closed_because if isinstance(spider, FetchingSpider) else ""
    if reason != "finished":
        return _say(Exit.CLOSED_EARLY, f"the crawl closed early: {reason or 'it could not start'}")
    for ticket in answers.open_tickets:
        detail = "the fetcher dropped the request without saying why"
        answers.give_now(ticket, FetchFailure(ticket.target.url, "dropped", detail, ticket.target.depth))
    return Exit.DONE


def _say(code: Exit, sentence: str) -> Exit:
    """Put the sentence on stderr, where the job looks for the last line."""
    with suppress(OSError):  # nobody may be there to read it
        sys.stderr.write(sentence + "\n")
        sys.stderr.flush()
    return code


def _job_lost(why: str) -> None:
    """End at once: whoever wanted the pages is gone."""
    _leave(_say(Exit.JOB_LOST, why))


def _archive_lost(why: str) -> None:
    """End at once: what cannot be put on record must not be fetched."""
    _leave(_say(Exit.ARCHIVE_FAILED, f"the archive cannot be written: {why}"))


def _leave(code: Exit) -> NoReturn:
    """End without waiting for the thread that still reads stdin."""
    os._exit(code)


def main() -> NoReturn:
    """Run on the process's own pipes; stdout is moved aside first, so that a stray print cannot tear a frame."""
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _leave(run(sys.stdin.buffer, frames))


if __name__ == "__main__":
    main()
