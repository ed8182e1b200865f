"""Captures: what a page's server answered, kept once a page and run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.ids import derived_id
from api.store.kinds import CaptureState
from api.store.loading import load_rows
from api.store.scopes import scope_hash
from api.store.tables.pages import Capture, PageAddress, SitePage
from api.store.tables.runs import CrawlTarget, SourceRun
from api.store.tables.sources import StoredSource
from crawler.items import ArchiveRecord, Page

NOT_MODIFIED = 304
# Validators lie, by mistake or to hide a change: every fourth time the whole page is asked for.
FULL_EVERY = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies: its lookup key, and those of the URLs that redirect to it, each with its URL."""

    url: str
    lookup_key: str
    led_by: tuple[tuple[str, str], ...] = ()

    @property
    def host(self) -> str:
        """The canonical host."""
        return self.lookup_key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Answered:
    """A page's answer to be recorded: where it lies, which target asked for it, the blob of its bytes and their number.

    An answer that says "not modified" comes with the blob that it speaks of.
    """

    page: Page
    place: Place
    target: CrawlTarget
    blob_sha256: str
    size: int
    state: CaptureState = CaptureState.CAPTURED


@dataclass(frozen=True, slots=True)
class Kept:
    """A source run's capture of a page; `is_first` unless another answer of the run led to the same page before.

    `is_known`: the page was captured in an earlier run.
    """

    capture: Capture
    is_first: bool
    is_known: bool


def save_captures(session: Session, source_run: SourceRun, answers: Sequence[Answered]) -> tuple[Kept, ...]:
    """Record answers, in their order; gives the source run's capture of each page."""
    pages = _save_pages(session, answers, source_run.source)
    known = _captures_of(session, source_run, [row for row in pages.values() if row.latest_capture_id is not None])
    kept = []
    for answer in answers:
        site_page = pages[scope_hash(answer.place.lookup_key)]
        capture = known.get(site_page.id)
        is_first, is_known = capture is None, site_page.latest_capture_id is not None
        if capture is None:
            capture = known[site_page.id] = _capture(session, source_run, site_page, answer)
            site_page.latest_capture_id = capture.id
            session.add(capture)
        kept.append(Kept(capture, is_first, is_known))
    session.flush()
    return tuple(kept)


def latest_captures(session: Session, lookup_keys: Iterable[str]) -> dict[str, Capture]:
    """Give the newest captures of the pages that keys lead to, by key; a page never captured has none."""
    keys = {scope_hash(key): key for key in lookup_keys}
    found = session.exec(
        select(PageAddress.id, Capture)
        .join(SitePage, col(PageAddress.page_id) == SitePage.id)
        .join(Capture, col(SitePage.latest_capture_id) == Capture.id)
        .where(col(PageAddress.id).in_(keys))
    )
    return {keys[address]: capture for address, capture in found}


def is_full_due(session: Session, page_id: str) -> bool:
    """True when the page said "not modified" each time since FULL_EVERY visits ago."""
    newest = session.exec(
        select(Capture.not_modified)
        .where(Capture.page_id == page_id)
        .order_by(col(Capture.fetched_at).desc())
        .limit(FULL_EVERY - 1)
    ).all()
    return len(newest) == FULL_EVERY - 1 and all(newest)


def payload_record(session: Session, capture: Capture) -> ArchiveRecord | None:
    """Give the archive's record that holds the bytes of a capture; None where the archive has none."""
    holder = capture if capture.payload_capture_id is None else session.get(Capture, capture.payload_capture_id)
    if holder is None or holder.warc_file is None or holder.warc_offset is None:
        return None
    return ArchiveRecord(
        file=holder.warc_file,
        offset=holder.warc_offset,
        record_id=holder.warc_record_id or "",
        url=holder.final_url,
        date=holder.fetched_at,
        payload_sha256=holder.warc_payload_sha256 or "",
    )


def stored_page(session: Session, capture: Capture) -> Page:
    """Give a capture back as the page that was fetched, without its bytes, which `blob_sha256` leads to."""
    source, spider = session.exec(
        select(StoredSource.name, StoredSource.spider)
        .join(SourceRun, col(SourceRun.source) == StoredSource.name)
        .where(SourceRun.id == capture.source_run_id)
    ).one()
    return Page(
        url=capture.url,
        final_url=capture.final_url,
        status=capture.status,
        fetched_at=capture.fetched_at,
        headers=tuple((name, value) for name, value in capture.headers),
        content_type=capture.content_type,
        body=b"",
        source=source,
        spider=spider,
        redirects=tuple(capture.redirects),
        ip_address=capture.ip_address,
        truncated=capture.truncated,
    )


def list_unjudged(session: Session, source: str) -> tuple[Capture, ...]:
    """List the captures of a source, in whichever run, that wait to be judged, the oldest first."""
    return tuple(
        session.exec(
            select(Capture)
            .join(SourceRun, col(Capture.source_run_id) == SourceRun.id)
            .where(SourceRun.source == source, col(Capture.state) == CaptureState.CAPTURED)
            .order_by(col(Capture.fetched_at), Capture.id)
        )
    )


def list_unreadable(session: Session, source_run_id: str) -> tuple[Capture, ...]:
    """List the captures of a source run that could not be read, the oldest first."""
    return tuple(
        session.exec(
            select(Capture)
            .where(Capture.source_run_id == source_run_id, col(Capture.state) == CaptureState.UNREADABLE)
            .order_by(col(Capture.fetched_at), Capture.id)
        )
    )


def judge_again(session: Session, source_run_id: str) -> None:
    """Let what could not be read wait to be judged once more."""
    for capture in list_unreadable(session, source_run_id):
        capture.state, capture.scan_error = CaptureState.CAPTURED, ""
        session.add(capture)
    session.flush()


def _save_pages(session: Session, answers: Sequence[Answered], source: str) -> dict[str, SitePage]:
    """Give the page of each answer by its id, with every address that leads to it recorded."""
    ids = {scope_hash(answer.place.lookup_key) for answer in answers}
    pages = load_rows(session, SitePage, ids)
    leads: dict[str, tuple[str, str]] = {}
    for answer in answers:
        place, seen_at = answer.place, answer.page.fetched_at
        page_id = scope_hash(place.lookup_key)
        if page_id not in pages:
            pages[page_id] = SitePage(
                id=page_id,
                lookup_key=place.lookup_key,
                url=place.url,
                host=place.host,
                source=source,
                first_seen_at=seen_at,
                last_seen_at=seen_at,
            )
            session.add(pages[page_id])
        pages[page_id].last_seen_at = max(pages[page_id].last_seen_at, seen_at)
        for url, key in ((place.url, place.lookup_key), *place.led_by):
            leads[scope_hash(key)] = (url, page_id)
    session.flush()
    _save_addresses(session, leads)
    return pages


def _save_addresses(session: Session, leads: Mapping[str, tuple[str, str]]) -> None:
    known = load_rows(session, PageAddress, leads)
    for address, (url, page_id) in leads.items():
        row = known.get(address)
        if row is None:
            session.add(PageAddress(id=address, url=url, page_id=page_id))
        else:
            row.url, row.page_id = url, page_id


def _captures_of(session: Session, source_run: SourceRun, pages: Sequence[SitePage]) -> dict[str, Capture]:
    """Give what the source run has captured of pages before, by page."""
    found = load_rows(session, Capture, (_capture_id(source_run, page) for page in pages))
    return {row.page_id: row for row in found.values()}


def _capture_id(source_run: SourceRun, page: SitePage) -> str:
    return derived_id("capture", source_run.id, page.id)


def _capture(session: Session, source_run: SourceRun, site_page: SitePage, answer: Answered) -> Capture:
    page = answer.page
    capture = Capture(
        id=_capture_id(source_run, site_page),
        run_id=source_run.run_id,
        source_run_id=source_run.id,
        target_id=answer.target.id,
        page_id=site_page.id,
        url=page.url,
        final_url=page.final_url,
        status=page.status,
        headers=[list(header) for header in page.headers],
        content_type=page.content_type,
        redirects=list(page.redirects),
        ip_address=page.ip_address,
        certificate_problem=page.certificate_problem,
        etag=_header(page, "etag"),
        last_modified=_header(page, "last-modified"),
        not_modified=page.status == NOT_MODIFIED,
        state=answer.state,
        fetched_at=page.fetched_at,
        blob_sha256=answer.blob_sha256,
        size=answer.size,
        truncated=page.truncated,
    )
    _note_records(session, capture, page, site_page.latest_capture_id)
    return capture


def _note_records(session: Session, capture: Capture, page: Page, latest_id: str | None) -> None:
    """Say where the answer lies in the archive, and with which earlier capture its bytes do."""
    if not page.records:
        return
    *before, own = page.records
    capture.warc_file, capture.warc_offset, capture.warc_record_id = own.file, own.offset, own.record_id
    capture.warc_payload_sha256 = own.payload_sha256
    capture.warc_chain = [{"file": one.file, "offset": one.offset, "record_id": one.record_id} for one in before]
    latest = None if latest_id is None or not own.refers_to else session.get(Capture, latest_id)
    if latest is not None:
        capture.payload_capture_id = latest.payload_capture_id or latest.id


def _header(page: Page, name: str) -> str:
    return next((value for key, value in page.headers if key.lower() == name), "")
