"""Captures: what a page's server answered, kept once a page and run."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.ids import derived_id
from api.store.kinds import CaptureState
from api.store.scopes import scope_hash
from api.store.tables.pages import Capture, PageAddress, SitePage
from api.store.tables.runs import CrawlTarget, SourceRun
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


def save_capture(
    session: Session,
    page: Page,
    place: Place,
    source_run: SourceRun,
    target: CrawlTarget,
    *,
    blob_sha256: str,
    state: CaptureState,
) -> tuple[Capture, bool]:
    """Record a page's answer; gives the source run's capture of that page and whether it is this one.

    An answer that says "not modified" comes with the bytes it speaks of.
    """
    site_page = _save_page(session, page, place, source_run.source)
    capture_id = derived_id("capture", source_run.id, site_page.id)
    known = session.get(Capture, capture_id)
    if known is not None:
        return known, False
    capture = Capture(
        id=capture_id,
        run_id=source_run.run_id,
        source_run_id=source_run.id,
        target_id=target.id,
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
        state=state,
        fetched_at=page.fetched_at,
        blob_sha256=blob_sha256,
        size=len(page.body),
        truncated=page.truncated,
    )
    _note_records(session, capture, page, site_page.latest_capture_id)
    session.add(capture)
    site_page.latest_capture_id = capture.id
    session.add(site_page)
    session.flush()
    return capture, True


def latest_capture(session: Session, lookup_key: str) -> Capture | None:
    """Give the newest capture of the page that a key leads to."""
    return session.exec(
        select(Capture)
        .join(SitePage, col(SitePage.latest_capture_id) == Capture.id)
        .join(PageAddress, col(PageAddress.page_id) == SitePage.id)
        .where(PageAddress.id == scope_hash(lookup_key))
    ).first()


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


def stored_page(capture: Capture, source: SourceRun, spider: str, body: bytes) -> Page:
    """Give a capture back as the page that was fetched."""
    return Page(
        url=capture.url,
        final_url=capture.final_url,
        status=capture.status,
        fetched_at=capture.fetched_at,
        headers=tuple((name, value) for name, value in capture.headers),
        content_type=capture.content_type,
        body=body,
        source=source.source,
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


def _save_page(session: Session, page: Page, place: Place, source: str) -> SitePage:
    page_id = scope_hash(place.lookup_key)
    row = session.get(SitePage, page_id)
    if row is None:
        row = SitePage(
            id=page_id,
            lookup_key=place.lookup_key,
            url=place.url,
            host=place.host,
            source=source,
            first_seen_at=page.fetched_at,
            last_seen_at=page.fetched_at,
        )
        session.add(row)
        session.flush()
    row.last_seen_at = max(row.last_seen_at, page.fetched_at)
    for url, key in ((place.url, place.lookup_key), *place.led_by):
        session.merge(PageAddress(id=scope_hash(key), url=url, page_id=page_id))
    session.flush()
    return row


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
