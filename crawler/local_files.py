"""Answers a target from a file on this machine: an export as it stands, an archive's index, one archived record."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from mimetypes import guess_type
from pathlib import Path

from crawler.archives.cdxj import CONTENT_TYPE, write_index
from crawler.archives.places import RecordPlace, is_local, local_path, parse_place
from crawler.archives.records import MAX_RECORDS, index_archive, present_records, read_record
from crawler.exceptions import PageBlocked
from crawler.fetching.policy import FetchPolicy
from crawler.items import Page, Target
from crawler.listings.entries import Problems
from crawler.sources import ARCHIVE, Source

# The most that a frame to the job holds.
MAX_FILE = 60 << 20
INDEXES = (".cdxj", ".cdx", ".cdxj.gz", ".cdx.gz", ".idx")


def read_local(source: Source, policy: FetchPolicy, target: Target, clock: Callable[[], datetime]) -> Page:
    """Give the page of a target; PageBlocked says why there is none. Only what the source names is opened."""
    place = parse_place(target.url)
    path = place.path if place else local_path(target.url)
    if not _is_named(source, path):
        raise PageBlocked("file", f"{path.name} is neither named by the source nor beside an index it names")
    try:
        if place is not None:
            return _archived(source, policy, target, place, clock())
        if source.spider == ARCHIVE:
            return _page(source, target, _index(path), CONTENT_TYPE, clock())
        return _page(source, target, _bytes(path), guess_type(path.name)[0] or "", clock())
    except OSError as problem:
        raise PageBlocked(
            "file", f"{path} cannot be read ({problem.strerror}); check the path and its rights"
        ) from problem


def is_index(path: Path) -> bool:
    """Tell an index of archives from an archive, by its name."""
    return path.name.lower().endswith(INDEXES) or path.name.startswith("cdx-")


def _is_named(source: Source, path: Path) -> bool:
    whole = path.resolve()
    for start in (local_path(url) for url in source.start_urls if is_local(url)):
        if whole == start.resolve():
            return True
        if source.spider == ARCHIVE and is_index(start) and whole.is_relative_to(start.resolve().parent):
            return True
    return False


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE:
        raise PageBlocked("too_large", f"{path} is larger than {MAX_FILE >> 20} MiB; split it into several files")
    return path.read_bytes()


def _index(path: Path) -> bytes:
    problems = Problems()
    found = present_records(path, problems) if is_index(path) else index_archive(path, problems)
    records = [record for record in islice(found, MAX_RECORDS) if record.shows_a_page]
    index = write_index(records, problems.told())
    if len(index) > MAX_FILE:
        raise PageBlocked("too_large", f"{path} holds more pages than one visit can list; split it into several files")
    return index


def _archived(source: Source, policy: FetchPolicy, target: Target, place: RecordPlace, now: datetime) -> Page:
    found = read_record(place, policy.max_bytes)
    return Page(
        url=target.url,
        final_url=found.url,
        status=found.status,
        # A clock that was wrong must not make a page newer than all that will ever be fetched.
        fetched_at=min(found.recorded_at or now, now),
        headers=found.headers,
        content_type=found.content_type,
        body=found.body,
        source=source.name,
        spider=source.spider,
        depth=target.depth,
        ip_address=found.ip_address,
        truncated=found.truncated,
    )


def _page(source: Source, target: Target, body: bytes, content_type: str, now: datetime) -> Page:
    return Page(
        url=target.url,
        final_url=target.url,
        status=200,
        fetched_at=now,
        headers=(),
        content_type=content_type,
        body=body,
        source=source.name,
        spider=source.spider,
        depth=target.depth,
    )
