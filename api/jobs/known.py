"""What is known of a URL from earlier visits: what to ask for, what "not modified" speaks of, what is newer."""

import logging
from dataclasses import replace

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.workshop import Workshop
from api.store.commands.captures import Place, is_full_due, latest_capture, payload_record
from crawler.archives.places import is_local
from crawler.canonical import lookup_key
from crawler.exceptions import UrlInvalid
from crawler.items import ArchiveRecord, Page, Target
from crawler.sources import ARCHIVE

LOG = logging.getLogger(__name__)


def with_validators(shop: Workshop, target: Target) -> Target:
    """Ask for changes only, where the last capture of this very URL is still whole, and in the archive too."""
    try:
        with shop.reading() as session:
            capture = latest_capture(session, lookup_key(target.url))
            seen = None if capture is None else payload_record(session, capture)
            is_due = capture is not None and is_full_due(session, capture.page_id)
        if capture is None or capture.truncated or seen is None or not _is_kept(shop, seen):
            return target
        if is_due or capture.final_url != target.url:
            return replace(target, seen=seen)
        shop.blobs.load(capture.blob_sha256)
    except (UrlInvalid, BlobMissing, BlobDamaged):
        return target
    return replace(target, etag=capture.etag, last_modified=capture.last_modified, seen=seen)


def restore(shop: Workshop, page: Page, place: Place) -> Page | None:
    """Give a not-modified answer the bytes it speaks of; None where there are none."""
    with shop.reading() as session:
        capture = latest_capture(session, place.lookup_key)
    if capture is None:
        return None
    body = shop.blobs.load(capture.blob_sha256)
    return replace(page, body=body, content_type=capture.content_type)


def is_overtaken(shop: Workshop, page: Page, place: Place) -> bool:
    """Tell an archived page of which a newer capture is kept: what is shown as the latest must be the latest."""
    if page.spider != ARCHIVE:
        return False
    with shop.reading() as session:
        known = latest_capture(session, place.lookup_key)
    return known is not None and known.fetched_at > page.fetched_at


def place_of(page: Page) -> Place:
    """Give where a page lies; UrlInvalid when it could not be looked up there."""
    if is_local(page.final_url):
        return Place(page.final_url, page.final_url)
    led_by = []
    for url in dict.fromkeys((page.url, *page.redirects)):
        try:
            led_by.append((url, lookup_key(url)))
        except UrlInvalid as problem:
            LOG.info("%s led to a page and cannot be looked up: %s", url, problem)
    return Place(page.final_url, lookup_key(page.final_url), tuple(led_by))


def _is_kept(shop: Workshop, record: ArchiveRecord) -> bool:
    return (shop.folder.warc / record.file).is_file()
