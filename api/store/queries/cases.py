"""A case with everything a reviewer needs: text, findings, what is new, earlier text, earlier decisions."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.exceptions import BlobDamaged, BlobMissing, NotFound
from api.store.blobs import BlobStore
from api.store.kinds import Decision
from api.store.queries.reviews import SignedReview, list_reviews
from api.store.queries.verdicts import Covered, covered_by, is_new, judged_document, list_findings
from api.store.tables.cases import Case
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.verdicts import StoredFinding, StoredVerdict

NOTHING_COVERED: Covered = {}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document with its text; `missing` says why the text cannot be shown, empty when it can."""

    document: StoredDocument
    text: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """A finding; `is_new` when the last decision did not cover it, `decided` is what that one said of it."""

    finding: StoredFinding
    is_new: bool
    decided: Decision | None


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case as it stands; `capture` is the newest, `previous` what a change is shown against.

    `decision` is the newest final review; `reviews`, `captures` and `verdicts` are the history, the newest first.
    """

    case: Case
    page: SitePage
    verdict: StoredVerdict
    document: ReadDocument
    findings: tuple[CaseFinding, ...]
    capture: Capture
    previous: ReadDocument | None
    decision: SignedReview | None
    reviews: tuple[SignedReview, ...]
    captures: tuple[Capture, ...]
    verdicts: tuple[StoredVerdict, ...]


def read_case(session: Session, blobs: BlobStore, case_id: str) -> CaseDetail:
    """Read a case; NotFound when there is none of that id."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(f"there is no case {case_id!r}; open one from the queue or from a look-up")
    page = session.exec(select(SitePage).where(SitePage.id == case.page_id)).one()
    verdict = session.exec(select(StoredVerdict).where(StoredVerdict.id == case.verdict_id)).one()
    reviews = list_reviews(session, case_id)
    decision = next((signed for signed in reviews if signed.review.decision.is_final), None)
    captures = list_captures(session, page.id)
    document = judged_document(session, verdict)
    previous = _previous(session, document, captures, decision)
    return CaseDetail(
        case=case,
        page=page,
        verdict=verdict,
        document=_read(blobs, document),
        findings=_findings(session, verdict, decision),
        capture=captures[0],
        previous=None if previous is None else _read(blobs, previous),
        decision=decision,
        reviews=reviews,
        captures=captures,
        verdicts=list_verdicts(session, page.id),
    )


def list_captures(session: Session, page_id: str) -> tuple[Capture, ...]:
    """List the captures of a page, the newest first."""
    statement = select(Capture).where(Capture.page_id == page_id).order_by(col(Capture.fetched_at).desc())
    return tuple(session.exec(statement))


def list_verdicts(session: Session, page_id: str) -> tuple[StoredVerdict, ...]:
    """List the verdicts on a page, the newest first."""
    statement = select(StoredVerdict).where(StoredVerdict.page_id == page_id)
    return tuple(session.exec(statement.order_by(col(StoredVerdict.created_at).desc())))


def _findings(session: Session, verdict: StoredVerdict, decision: SignedReview | None) -> tuple[CaseFinding, ...]:
    covered = NOTHING_COVERED if decision is None else covered_by(session, decision.review.verdict_id)
    decided = {} if decision is None else _decided(session, decision)
    return tuple(
        CaseFinding(finding, decision is not None and is_new(finding, covered), decided.get(finding.fingerprint))
        for finding in list_findings(session, verdict.id)
    )


def _decided(session: Session, decision: SignedReview) -> dict[str, Decision]:
    """Give fingerprint to what the decision said of that finding."""
    said = decision.review.findings
    findings = list_findings(session, decision.review.verdict_id)
    return {finding.fingerprint: Decision(said[finding.id]) for finding in findings if finding.id in said}


def _previous(
    session: Session, current: StoredDocument, captures: tuple[Capture, ...], decision: SignedReview | None
) -> StoredDocument | None:
    """Give what the last decision was made on, or else the last other text; None when the text never changed."""
    if decision is not None:
        verdict = session.exec(select(StoredVerdict).where(StoredVerdict.id == decision.review.verdict_id)).one()
        decided_on = judged_document(session, verdict)
        if decided_on.text_sha256 != current.text_sha256:
            return decided_on
    ids = [capture.document_id for capture in captures if capture.document_id is not None]
    documents = {
        document.id: document
        for document in session.exec(select(StoredDocument).where(col(StoredDocument.id).in_(ids)))
    }
    return next((documents[id_] for id_ in ids if documents[id_].text_sha256 != current.text_sha256), None)


def _read(blobs: BlobStore, document: StoredDocument) -> ReadDocument:
    try:
        return ReadDocument(document, blobs.load_text(document.text_sha256))
    except (BlobMissing, BlobDamaged) as problem:
        return ReadDocument(document, "", str(problem))
