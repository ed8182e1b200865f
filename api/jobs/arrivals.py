"""Sorts what a fetcher hands over, before anything of it is written: pages with their bytes saved, and failures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.known import is_overtaken, place_of
from api.jobs.listings import Prepared, prepare_entries
from api.jobs.progress import Fetched
from api.jobs.workshop import Workshop
from api.store.commands.captures import NOT_MODIFIED, Place, latest_captures
from api.store.tables.pages import Capture
from crawler.discovery import LISTINGS, read_listing
from crawler.exceptions import UrlInvalid
from crawler.items import FetchFailure, Page
from crawler.listings.entries import Listing
from crawler.protocol import Answer
from crawler.sources import ARCHIVE, Source


@dataclass(frozen=True, slots=True)
class Arrival:
    """A page that is kept: where it lies, the blob of its bytes and how many they are, and what it lists."""

    page: Page
    place: Place
    fetched: Fetched
    blob_sha256: str
    size: int
    listing: Listing | None = None
    entries: tuple[Prepared, ...] = ()

    @property
    def is_page(self) -> bool:
        """True where people read the page itself, and not only what it lists."""
        return self.listing is None or self.listing.is_page or self.listing.is_unreadable


@dataclass(slots=True)
class Arrivals:
    """What came of some answers; `doubtful` are pages with an error status, kept only if they show a violation."""

    kept: list[Arrival] = field(default_factory=list)
    doubtful: list[Arrival] = field(default_factory=list)
    failed: list[Fetched] = field(default_factory=list)


class Sorter:
    """Sorts the answers of one visit; a listing gives up to `most` entries."""

    def __init__(self, shop: Workshop, source: Source, most: int) -> None:
        self._shop = shop
        self._source = source
        self._most = most

    def sort(self, answers: Sequence[Answer]) -> Arrivals:
        """Save the bytes of pages and say what each answer is."""
        found = Arrivals()
        placed: list[tuple[Page, Place]] = []
        for answer in answers:
            if isinstance(answer, FetchFailure):
                found.failed.append(Fetched(answer.url, answer.url, None, 0, failure=answer))
                continue
            try:
                placed.append((answer, place_of(answer)))
            except UrlInvalid as problem:
                found.failed.append(_failed(answer, "invalid_url", str(problem)))
        self._keep(placed, found)
        return found

    def _keep(self, placed: Sequence[tuple[Page, Place]], found: Arrivals) -> None:
        known = self._known(placed)
        whole: list[tuple[Page, Place]] = []
        for page, place in placed:
            capture = known.get(place.lookup_key)
            if page.status == NOT_MODIFIED and capture is None:
                found.failed.append(_failed(page, "http_304", "the server says not modified of a page we never had"))
            elif page.status == NOT_MODIFIED and capture is not None:
                self._keep_unchanged(page, place, capture, found)
            elif is_overtaken(page, capture):
                found.failed.append(_failed(page, "overtaken", "a newer capture of the page is already kept"))
            else:
                whole.append((page, place))
        blobs = self._shop.blobs.save_all([page.body for page, _ in whole])
        for (page, place), blob in zip(whole, blobs, strict=True):
            if 200 <= page.status < 300:
                found.kept.append(self._arrival(page, place, _fetched(page), blob, len(page.body)))
            else:
                found.doubtful.append(Arrival(page, place, _fetched(page), blob, len(page.body)))

    def _known(self, placed: Iterable[tuple[Page, Place]]) -> dict[str, Capture]:
        """Give the captures that "not modified" speaks of, and those an archived page may be older than."""
        keys = [place.lookup_key for page, place in placed if page.status == NOT_MODIFIED or page.spider == ARCHIVE]
        if not keys:
            return {}
        with self._shop.reading() as session:
            return latest_captures(session, keys)

    def _keep_unchanged(self, page: Page, place: Place, known: Capture, found: Arrivals) -> None:
        """Some servers say "not modified" though they were asked for the whole, because what was known is lost."""
        try:
            found.kept.append(self._unchanged(page, place, known))
        except (BlobMissing, BlobDamaged) as problem:
            detail = f"the server says not modified, and what it speaks of is lost: {problem}"
            found.failed.append(_failed(page, "http_304", detail))

    def _unchanged(self, page: Page, place: Place, known: Capture) -> Arrival:
        """Give a not-modified answer the blob it speaks of, and the bytes where they are read once more."""
        body = self._shop.blobs.load(known.blob_sha256) if self._source.spider in LISTINGS else b""
        restored = replace(page, body=body, content_type=known.content_type)
        return self._arrival(restored, place, _fetched(page), known.blob_sha256, known.size)

    def _arrival(self, page: Page, place: Place, fetched: Fetched, blob: str, size: int) -> Arrival:
        listing, entries = prepare_entries(self._shop.blobs, page, read_listing(self._source, page), self._most)
        return Arrival(page, place, fetched, blob, size, listing, entries)


def _fetched(page: Page) -> Fetched:
    return Fetched(page.url, page.final_url, page.status, len(page.body), sent=page.sent)


def _failed(page: Page, reason: str, detail: str) -> Fetched:
    return replace(_fetched(page), failure=FetchFailure(page.url, reason, detail, page.depth))
