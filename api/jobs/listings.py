"""Keeps the entries of a listing: each is a page of its own, captured with the listing that it stands in."""

from collections.abc import Sequence
from dataclasses import replace

from api.store.blobs import BlobStore
from api.store.commands.captures import Answered, Place
from api.store.tables.runs import CrawlTarget
from crawler.items import Page
from crawler.listings.entries import Listing, entry_pages

Prepared = tuple[Page, str]


def prepare_entries(
    blobs: BlobStore, page: Page, listing: Listing | None, most: int
) -> tuple[Listing | None, tuple[Prepared, ...]]:
    """Give up to `most` entries of a listing as pages, each with the digest of its bytes, which are saved.

    The listing comes back with one more problem where some had to be left out.
    """
    if listing is None:
        return None, ()
    pages = tuple(entry_pages(page, listing, most + 1))
    if len(pages) > most:
        pages = pages[:most]
        problem = (
            f"no more than {most:,} of {len(listing.entries):,} entries are read; raise max_pages or split the listing"
        )
        listing = replace(listing, problems=(*listing.problems, problem))
    return listing, tuple(zip(pages, blobs.save_all([entry.body for entry in pages]), strict=True))


def entry_answers(place: Place, target: CrawlTarget, entries: Sequence[Prepared]) -> list[Answered]:
    """Give the entries of a listing as answers to be recorded.

    An entry is known by its listing's lookup key and its own mark, which no URL that is looked up can have.
    """
    return [
        Answered(entry, Place(entry.final_url, f"{place.lookup_key}#{_mark(entry)}"), target, blob, len(entry.body))
        for entry, blob in entries
    ]


def _mark(entry: Page) -> str:
    return entry.final_url.partition("#")[2]
