"""Files what captures were read and judged as: document, verdict and case, all in the caller's transaction."""

from collections.abc import Sequence

from sqlmodel import Session

from api.jobs.desk import Judged
from api.jobs.workshop import Workshop
from api.judging.scanner import NOT_READ
from api.services.triage import file_verdict
from api.store.commands.judgements import Judgement, settle_capture, settle_judgements
from api.store.kinds import CaptureState
from api.store.loading import load_rows
from api.store.queries.verdicts import find_judged
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.runs import SourceRun
from api.store.tables.verdicts import StoredVerdict
from crawler.extraction.extract import EXTRACTOR_VERSION
from crawler.likeness import is_changed


def recall(shop: Workshop, session: Session, capture: Capture) -> StoredDocument | None:
    """Give a capture the document and verdict that its bytes had before; None when they are new."""
    known = find_judged(
        session,
        capture,
        extractor_version=EXTRACTOR_VERSION,
        model_digest=shop.scanner.hello.model_digest,
        policy_digest=shop.scanner.hello.policy_digest,
    )
    if known is None:
        return None
    document, verdict = known
    page = session.get_one(SitePage, capture.page_id)
    before = _verdict_before(session, page)
    settle_capture(capture, page, document, verdict)
    session.flush()
    _file(shop, session, capture, before, document, verdict)
    return document


def file_judged(
    shop: Workshop, session: Session, judged: Sequence[Judged]
) -> tuple[tuple[Capture, StoredDocument | None], ...]:
    """Record what was judged; gives the capture and document of each, None where the capture's bytes are gone."""
    captures = load_rows(session, Capture, (one.reading.capture_id or "" for one in judged))
    pages = load_rows(session, SitePage, (capture.page_id for capture in captures.values()))
    before = {page.id: _verdict_before(session, page) for page in pages.values()}
    judgements = [
        Judgement(capture, pages[capture.page_id], one.document, one.text_sha256, one.result.verdict)
        for one in judged
        if one.document is not None and one.result is not None
        for capture in [captures[one.reading.capture_id or ""]]
    ]
    settled = settle_judgements(session, judgements, shop.clock())
    for judgement, made in zip(judgements, settled, strict=True):
        _file(shop, session, judgement.capture, before[judgement.page.id], made.document, made.verdict)
        # Two captures of a page may be left over and come together.
        before[judgement.page.id] = made.verdict
    for one in judged:
        if one.error:
            capture = captures[one.reading.capture_id or ""]
            capture.state, capture.scan_error = CaptureState.UNREADABLE, one.error
    documents = iter(made.document for made in settled)
    return tuple(
        (captures[one.reading.capture_id or ""], None if one.document is None else next(documents)) for one in judged
    )


def _verdict_before(session: Session, page: SitePage) -> StoredVerdict | None:
    return None if page.latest_verdict_id is None else session.get(StoredVerdict, page.latest_verdict_id)


def _file(
    shop: Workshop,
    session: Session,
    capture: Capture,
    before: StoredVerdict | None,
    document: StoredDocument,
    verdict: StoredVerdict,
) -> None:
    filed = file_verdict(session, verdict, shop.clock(), shop.sample, is_first=before is None)
    run = session.get_one(SourceRun, capture.source_run_id)
    run.changed += before is not None and _is_changed(session, before, document)
    run.new_flags += filed.is_new_flag


def _is_changed(session: Session, before: StoredVerdict, document: StoredDocument) -> bool:
    """A text is changed when it is another one and differs in more than trifles: a date, a counter of visitors."""
    # What could not be read the last time is no text that this one differs from.
    if NOT_READ in before.degraded or before.text_sha256 == document.text_sha256:
        return False
    earlier = session.get_one(StoredDocument, before.document_id)
    return earlier.simhash is None or document.simhash is None or is_changed(earlier.simhash, document.simhash)
