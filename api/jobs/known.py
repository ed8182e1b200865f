"""What is known of a URL from earlier visits: what to ask for, what "not modified" speaks of, what is newer."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.workshop import Workshop
from api.store.commands.captures import Place, is_full_due, latest_captures, payload_record
from api.store.tables.pages import Capture
from crawler.archives.places import is_local
from crawler.canonical import lookup_key
from crawler.exceptions import UrlInvalid
from crawler.items import ArchiveRecord, Page, Target
from crawler.sources import ARCHIVE

LOG = logging.getLogger(__name__)


def with_validators(shop: Workshop, targets: Sequence[Target]) -> list[Target]:
    """Ask for changes only, where the last capture of a very URL is still whole, and in the archive too."""
    keys = {target.url: key for target in targets if (key := _lookup_key(target.url))}
    with shop.reading() as session:
        captures = latest_captures(session, keys.values())
        known = {key: _known(session, capture) for key, capture in captures.items()}
    return [_with_validators(shop, target, known.get(keys.get(target.url, ""))) for target in targets]


@dataclass(frozen=True, slots=True)
class _Known:
    capture: Capture
    seen: ArchiveRecord | None
    is_full_due: bool


def _known(session: Session, capture: Capture) -> _Known:
    return _Known(capture, payload_record(session, capture), is_full_due(session, capture.page_id))


def _with_validators(shop: Workshop, target: Target, known: _Known | None) -> Target:
    if known is None or known.capture.truncated or known.seen is None or not _is_kept(shop, known.seen):
        return target
    capture = known.capture
    if known.is_full_due or capture.final_url != target.url:
        return replace(target, seen=known.seen)
    try:
        shop.blobs.load(capture.blob_sha256)
    except (BlobMissing, BlobDamaged):
        return target
    return replace(target, etag=capture.etag, last_modified=capture.last_modified, seen=known.seen)


def is_overtaken(page: Page, known: Capture | None) -> bool:
    """Tell an archived page of which a newer capture is kept: what is shown as the latest must be the latest."""
    return page.spider == ARCHIVE and known is not None and known.fetched_at > page.fetched_at


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


def _lookup_key(url: str) -> str:
    try:
        return lookup_key(url)
    except UrlInvalid:
        return ""
