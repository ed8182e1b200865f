"""`python -m api.jobs.trial`: one source on standard input, what its first URL answers on standard output."""

import json
import sys
from itertools import islice
from urllib.parse import urlsplit

from protego import Protego

from api.exceptions import RxwardenError
from api.jobs.weekly import fetch_policy
from api.services.trials import Trial
from api.settings import load_settings
from crawler.archives.places import is_local
from crawler.discovery import next_targets, read_listing, start_targets
from crawler.exceptions import CrawlerError
from crawler.extraction.extract import extract
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.listings.entries import Listing
from crawler.process import CrawlProcess
from crawler.protocol import Answer
from crawler.sources import Source, parse_source

ROBOTS = "/robots.txt"
MOST_SAMPLES = 5


def run_trial(source: Source, policy: FetchPolicy) -> Trial:
    """Fetch a source's first URL and its robots.txt, and read what came; FetcherDied when the fetcher does."""
    target = start_targets(source)[0]
    asked = {target.url, _robots_url(target.url)} - {""}
    answers: dict[str, Answer] = {}
    with CrawlProcess(source, policy) as fetcher:
        for url in sorted(asked, key=lambda url: url == target.url):
            fetcher.send(Target(url))
        fetcher.end()
        for answer in fetcher:
            answers[answer.url] = answer
    first = answers[target.url]
    robots = _robots_sentence(source, first, answers.get(_robots_url(target.url)), policy)
    if isinstance(first, FetchFailure):
        return Trial(target.url, robots, problem=f"{first.reason}: {first.detail}")
    return _read(source, target, first, robots)


def _robots_url(url: str) -> str:
    parts = urlsplit(url)
    return "" if is_local(url) else f"{parts.scheme}://{parts.netloc}{ROBOTS}"


def _robots_sentence(source: Source, first: Answer, robots: Answer | None, policy: FetchPolicy) -> str:
    """Put into words what the gate did, which alone decides, and what the rules say of the pace."""
    if robots is None:
        return "not asked, it is a file on this machine"
    if urlsplit(first.url).path == ROBOTS:
        return "not asked, it is robots.txt itself"
    if isinstance(first, FetchFailure) and first.reason == "robots":
        return f"refused: {first.detail}"
    if source.robots_override and not _allows(robots, first.url, policy):
        return f"{robots.url} does not allow it; read all the same: {source.robots_override}"
    if isinstance(robots, FetchFailure):
        return f"{robots.url} gave no answer ({robots.reason}: {robots.detail})"
    if robots.status != 200:
        return f"allowed, {robots.url} answered {robots.status} and so forbids nothing"
    delay = Protego.parse(robots.body.decode("utf-8", "replace")).crawl_delay(policy.robots_token)
    pace = f", one request every {min(delay, policy.max_delay_seconds):g} seconds" if delay else ""
    return f"allowed by {robots.url}{pace}"


def _allows(robots: Answer, url: str, policy: FetchPolicy) -> bool:
    """Tell whether the gate would let a URL through without an override."""
    if isinstance(robots, FetchFailure) or robots.status == 429 or robots.status >= 500:
        return False
    rules = Protego.parse(robots.body.decode("utf-8", "replace")) if robots.status == 200 else None
    return rules is None or rules.can_fetch(url, policy.robots_token)


def _read(source: Source, target: Target, page: Page, robots: str) -> Trial:
    listing = read_listing(source, page)
    is_page = listing is None or listing.is_page or listing.is_unreadable
    document = extract(page) if is_page else None
    found = next_targets(source, target, page, document.links if document else ())
    listing = listing or Listing()
    samples = [*(entry.title for entry in listing.entries), *(one.url for one in found)]
    unread = [*listing.problems, *(f"not seen: {gap}" for gap in (document.not_seen if document else ()))]
    size = f"{len(page.body):,} bytes"
    place = f"from {page.ip_address}" if page.ip_address else "from this machine"
    return Trial(
        first=target.url,
        robots=robots,
        response=", ".join((str(page.status), page.content_type or "no content type", size, place)),
        redirects=(*page.redirects, page.final_url) if page.redirects else (),
        entries=len(listing.entries),
        links=len(found),
        samples=tuple(islice(samples, MOST_SAMPLES)),
        unread=tuple(unread),
    )


def main() -> None:
    """Try the source that is given; what a person can put right comes out as the trial's problem."""
    record = json.loads(sys.stdin.buffer.read())
    try:
        source = parse_source(record, "the trial")
        trial = run_trial(source, fetch_policy(load_settings()))
    except (CrawlerError, RxwardenError) as problem:
        trial = Trial(record["start_urls"][0], "", problem=str(problem))
    sys.stdout.write(trial.to_json())


if __name__ == "__main__":
    main()
