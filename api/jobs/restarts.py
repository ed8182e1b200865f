"""Visits a source to the end, though fetchers die on the way: what one of them takes down is told by elimination."""

import logging

from api.jobs.crawl import Visit, most_in_flight
from api.jobs.ledger import Errand
from api.jobs.progress import Hear, Progress, ignore
from api.jobs.workshop import Workshop
from crawler.exceptions import FetcherDied
from crawler.fetching.policy import FetchPolicy

LOG = logging.getLogger(__name__)
# So many in one visit speak against this machine and not against pages.
MOST_DEATHS = 30


def visit_to_the_end(
    shop: Workshop, errand: Errand, policy: FetchPolicy, progress: Progress, *, hear: Hear = ignore
) -> None:
    """Visit until nothing waits; FetcherDied when fetchers die again and again, RoomShort when there is no room.

    What a dead fetcher had not answered is asked for one by one, so that the URL which takes it down each time has
    its few tries (MOST_ATTEMPTS) and the others are had.
    """
    deaths, careful = 0, 0
    while True:
        try:
            Visit(shop, errand, policy, progress, hear=hear, careful=careful).run()
        except FetcherDied as death:
            deaths, careful = deaths + 1, most_in_flight(policy)
            if deaths == MOST_DEATHS:
                raise
            LOG.warning("a new fetcher goes on with source %s: %s", errand.source.name, death)
            progress.say(f"{errand.source.name}: a fetcher died and a new one goes on: {death}")
        else:
            return
