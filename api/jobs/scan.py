"""Judges saved captures: bytes -> document -> verdict -> case, each step written before the next relies on it."""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session, select

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.workshop import Workshop
from api.services.triage import file_verdict
from api.store.commands.captures import stored_page
from api.store.commands.judgements import save_document, save_verdict, settle_capture
from api.store.kinds import CaptureState
from api.store.queries.verdicts import find_judged
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.runs import SourceRun
from api.store.tables.sources import StoredSource
from api.store.tables.verdicts import StoredVerdict
from crawler.extraction.extract import EXTRACTOR_VERSION
from crawler.items import Document, Page
from crawler.likeness import is_changed

# As api.judging.scanner says it in a verdict on a page that was not read.
NOT_READ = "not_read"
# Told the page and what it says in the transaction that records the verdict, so that no link is lost between the two.
Follow = Callable[[Session, Page, StoredDocument], None]


def judge_capture(shop: Workshop, capture_id: str, as_of: date, follow: Follow) -> None:
    """Judge a capture and file the verdict; what cannot be read is recorded with its reason and nothing is raised."""
    try:
        page = _load(shop, capture_id)
    except (BlobMissing, BlobDamaged) as problem:
        _record_unreadable(shop, capture_id, str(problem))
        return
    if not _repeat(shop, capture_id, page, follow):
        _judge(shop, capture_id, page, as_of, follow)


def _load(shop: Workshop, capture_id: str) -> Page:
    with shop.reading() as session:
        capture = _capture(session, capture_id)
        run = session.exec(select(SourceRun).where(SourceRun.id == capture.source_run_id)).one()
        spider = session.exec(select(StoredSource.spider).where(StoredSource.name == run.source)).one()
    return stored_page(capture, run, spider, shop.blobs.load(capture.blob_sha256))


def _repeat(shop: Workshop, capture_id: str, page: Page, follow: Follow) -> bool:
    """Give the capture the document and verdict that its bytes had before; False when they are new."""
    with shop.writing() as session:
        capture = _capture(session, capture_id)
        known = find_judged(
            session,
            capture,
            extractor_version=EXTRACTOR_VERSION,
            model_digest=shop.scanner.hello.model_digest,
            policy_digest=shop.scanner.hello.policy_digest,
        )
        if known is None:
            return False
        document, verdict = known
        _settle(shop, session, capture, document, verdict)
        follow(session, page, document)
    return True


def _judge(shop: Workshop, capture_id: str, page: Page, as_of: date, follow: Follow) -> None:
    result = shop.scan(page, as_of)
    read = result.document or _unread(page)
    text_sha256 = shop.blobs.save(read.text.encode("utf-8", "surrogatepass"))
    with shop.writing() as session:
        capture = _capture(session, capture_id)
        document = save_document(session, capture.page_id, read, text_sha256)
        verdict = save_verdict(session, document, result.verdict, shop.clock())
        _settle(shop, session, capture, document, verdict)
        if result.document is None:
            _mark_unreadable(session, capture, result.error)
        follow(session, page, document)


def _unread(page: Page) -> Document:
    """Give the document of a page that could not be read: nothing of it was seen, and it says so."""
    return Document(
        url=page.final_url,
        title="",
        text="",
        blocks=(),
        language="",
        not_seen=(NOT_READ,),
        extractor_version=EXTRACTOR_VERSION,
    )


def _settle(
    shop: Workshop, session: Session, capture: Capture, document: StoredDocument, verdict: StoredVerdict
) -> None:
    page = session.exec(select(SitePage).where(SitePage.id == capture.page_id)).one()
    before = None if page.latest_verdict_id is None else session.get(StoredVerdict, page.latest_verdict_id)
    settle_capture(session, capture, page, document, verdict)
    filed = file_verdict(session, verdict, shop.clock(), shop.sample)
    run = session.exec(select(SourceRun).where(SourceRun.id == capture.source_run_id)).one()
    run.changed += before is not None and _is_changed(session, before, document)
    run.new_flags += filed.is_new_flag
    session.add(run)


def _is_changed(session: Session, before: StoredVerdict, document: StoredDocument) -> bool:
    """A text is changed when it is another one and differs in more than trifles: a date, a counter of visitors."""
    # What could not be read the last time is no text that this one differs from.
    if NOT_READ in before.degraded or before.text_sha256 == document.text_sha256:
        return False
    earlier = session.exec(select(StoredDocument.simhash).where(StoredDocument.id == before.document_id)).one()
    return earlier is None or document.simhash is None or is_changed(earlier, document.simhash)


def _record_unreadable(shop: Workshop, capture_id: str, why: str) -> None:
    with shop.writing() as session:
        _mark_unreadable(session, _capture(session, capture_id), why)


def _mark_unreadable(session: Session, capture: Capture, why: str) -> None:
    capture.state = CaptureState.UNREADABLE
    capture.scan_error = why
    session.add(capture)


def _capture(session: Session, capture_id: str) -> Capture:
    return session.exec(select(Capture).where(Capture.id == capture_id)).one()
