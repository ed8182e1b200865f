"""Keeps the entries of a listing: each is a page of its own, captured with the listing that it stands in."""

from collections.abc import Sequence

from sqlmodel import Session

from api.store.blobs import BlobStore
from api.store.commands.captures import Place, save_capture
from api.store.kinds import CaptureState
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.items import Page
from crawler.listings.entries import Listing, entry_pages

Prepared = tuple[Page, str]


def prepare_entries(blobs: BlobStore, page: Page, listing: Listing | None, most: int) -> tuple[Prepared, ...]:
    """Give up to `most` entries of a listing as pages, each with the digest of its bytes, which are saved."""
    if listing is None:
        return ()
    return tuple((entry, blobs.save(entry.body)) for entry in entry_pages(page, listing, most))


def keep_entries(
    session: Session, place: Place, run: SourceRun, target: CrawlTarget, entries: Sequence[Prepared]
) -> list[str]:
    """Record the entries of a listing; gives the ids of the captures that wait to be judged.

    An entry is known by its listing's lookup key and its own mark, which no URL that is looked up can have.
    """
    waiting = []
    for entry, blob in entries:
        mark = entry.final_url.partition("#")[2]
        own = Place(entry.final_url, f"{place.lookup_key}#{mark}")
        capture, is_first = save_capture(
            session, entry, own, run, target, blob_sha256=blob, state=CaptureState.CAPTURED
        )
        waiting += [capture.id] if is_first else []
    return waiting
