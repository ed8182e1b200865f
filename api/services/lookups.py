"""What is known of a URL: an index in memory of all addresses, pages and decisions, read from the store as a whole."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel import Session

from api.store.kinds import CaseState, Decision, ReviewState, Scope
from api.store.queries.listings import (
    ListedPage,
    ListedReview,
    ListedVerdict,
    read_addresses,
    read_pages,
    read_reviews,
    read_verdicts,
)
from classifier.labels import Outcome
from crawler.canonical import canonicalize, exact_expression, url_hash

# Advertisers' marks on a link; they never change what the page says.
TRACKING = re.compile(
    r"(?:utm_\w+|gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|ttclid|twclid|yclid|igshid|mc_[ce]id|_gl|_ga)(?:=|$)"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page as look-ups know it; `decision` is the last final review of the page's own case."""

    page: ListedPage
    verdict: ListedVerdict | None
    decision: ListedReview | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a URL; `expression` and `scope` say what matched, None for a URL nothing is known of.

    `decision` is the person's decision that stands or, while the state is suspected, the one that stood before.
    """

    canonical_url: str
    expression: str | None
    scope: Scope | None
    listing: Listing | None
    is_listed: bool
    review_state: ReviewState
    decision: ListedReview | None

    @property
    def is_known(self) -> bool:
        """True when the page was judged or a person listed it; anything else must not read as clear."""
        return self.is_listed or (self.listing is not None and self.listing.verdict is not None)


@dataclass(frozen=True, slots=True)
class LookupIndex:
    """Addresses by the SHA-256 of their lookup key, and the decisions that reach beyond their page, by host."""

    listings: Mapping[bytes, Listing]
    reaching: Mapping[str, Sequence[ListedReview]]

    def find(self, url: str) -> Found:
        """Look a URL up; UrlInvalid when it has no host. Touches neither disk nor network."""
        canonical = canonicalize(url)
        key = exact_expression(canonical)
        listing = self.listings.get(url_hash(key))
        if listing is None and "?" in key:
            plain = without_tracking(key)
            listing = self.listings.get(url_hash(plain))
            key = key if listing is None else plain
        return _judged(canonical, key, listing, self.reaching_ruling(key, listing))

    def reaching_ruling(self, key: str, listing: Listing | None) -> ListedReview | None:
        """Give the newest decision on another page whose directory or host holds this key."""
        place = key.partition("?")[0]
        own_case = None if listing is None else listing.page.case_id
        rulings = self.reaching.get(place.partition("/")[0], ())
        return next((each for each in rulings if place.startswith(each.scope_key) and each.case_id != own_case), None)


def build_index(session: Session) -> LookupIndex:
    """Read the whole index from the store."""
    histories = _histories(read_reviews(session))
    decisions = _last_decisions(histories)
    verdicts = dict(read_verdicts(session))
    pages = {
        page.page_id: Listing(page, verdicts.get(page.page_id), decisions.get(page.case_id or ""))
        for page in read_pages(session)
    }
    listings = {address: pages[page_id] for address, page_id in read_addresses(session)}
    return LookupIndex(listings, _by_host([history[-1] for history in histories]))


def last_decisions(session: Session, case_ids: Collection[str]) -> dict[str, ListedReview]:
    """Give case id to last final review of those cases that have one."""
    return _last_decisions(_histories(read_reviews(session, case_ids)))


def without_tracking(key: str) -> str:
    """Give a lookup key without the query parameters that only say where a visitor came from."""
    place, _, query = key.partition("?")
    kept = "&".join(part for part in query.split("&") if not TRACKING.match(part))
    return f"{place}?{kept}" if kept else place


def _by_host(standing: Sequence[ListedReview]) -> dict[str, list[ListedReview]]:
    """Give host to the standing final reviews that reach beyond their page, the newest first."""
    wide = [review for review in standing if review.decision.is_final and review.scope is not Scope.URL]
    wide.sort(key=lambda review: (-review.created_at.timestamp(), review.case_id))
    hosts: dict[str, list[ListedReview]] = {}
    for review in wide:
        hosts.setdefault(review.scope_key.partition("/")[0], []).append(review)
    return hosts


def _histories(reviews: Iterable[ListedReview]) -> list[list[ListedReview]]:
    return [list(history) for _, history in groupby(reviews, lambda review: review.case_id)]


def _last_decisions(histories: Iterable[Sequence[ListedReview]]) -> dict[str, ListedReview]:
    return {review.case_id: review for history in histories for review in history if review.decision.is_final}


def _judged(canonical: str, key: str, listing: Listing | None, reaching: ListedReview | None) -> Found:
    """Say what holds: the page's own decision, then one that reaches it, then the verdict of the machine."""
    own = None if listing is None else listing.decision
    state = _review_state(listing)
    if state is ReviewState.REVIEWED and own is not None:
        return Found(canonical, key, Scope.URL, listing, own.decision is Decision.CONFIRM, state, own)
    if reaching is not None and reaching.decision is Decision.CONFIRM:
        return Found(canonical, reaching.scope_key, reaching.scope, listing, True, ReviewState.REVIEWED, reaching)
    if listing is None:
        return Found(canonical, None, None, None, False, state, reaching)
    is_listed = _confirmed(own) or (listing.verdict is not None and listing.verdict.outcome is Outcome.VIOLATION)
    return Found(canonical, key, Scope.URL, listing, is_listed, state, own or reaching)


def _confirmed(review: ListedReview | None) -> bool:
    return review is not None and review.decision is Decision.CONFIRM


def _review_state(listing: Listing | None) -> ReviewState:
    """Say what the page's case means; as api.store.queries.lookups does for one page."""
    state = None if listing is None else listing.page.case_state
    if state is None or state is CaseState.CLEARED:
        return ReviewState.UNREVIEWED
    return ReviewState.REVIEWED if state is CaseState.DECIDED else ReviewState.SUSPECTED
