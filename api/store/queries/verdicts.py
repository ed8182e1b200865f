"""Verdicts, their findings, and what a decision on one of them covers."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from api.store.kinds import CaptureState
from api.store.tables.pages import Capture, StoredDocument
from api.store.tables.verdicts import StoredFinding, StoredVerdict
from classifier.labels import Severity
from classifier.types import Verdict

Covered = Mapping[str, int]


def list_findings(session: Session, verdict_id: str) -> tuple[StoredFinding, ...]:
    """List the findings of a verdict in their order."""
    found = session.exec(
        select(StoredFinding).where(StoredFinding.verdict_id == verdict_id).order_by(col(StoredFinding.position))
    )
    return tuple(found)


def covered_by(session: Session, verdict_id: str) -> Covered:
    """Give fingerprint to highest severity rank of what a reviewer of this verdict had in sight."""
    covered: dict[str, int] = {}
    for finding in list_findings(session, verdict_id):
        covered[finding.fingerprint] = max(covered.get(finding.fingerprint, 0), finding.severity.rank)
    return covered


def is_new(finding: StoredFinding, covered: Covered) -> bool:
    """True for a finding a decision did not answer: not in sight then, or graver now. Low ones never call anybody."""
    rank = finding.severity.rank
    return rank >= Severity.MEDIUM.rank and rank > covered.get(finding.fingerprint, 0)


def find_verdict(session: Session, document: StoredDocument, verdict: Verdict) -> StoredVerdict | None:
    """Give the newest verdict on the same text of the page, as fully seen, by the same model and policy."""
    found = session.exec(
        select(StoredVerdict)
        .where(
            StoredVerdict.page_id == document.page_id,
            StoredVerdict.text_sha256 == document.text_sha256,
            StoredVerdict.model_digest == verdict.model_digest,
            StoredVerdict.policy_digest == verdict.policy_digest,
        )
        .order_by(col(StoredVerdict.as_of).desc(), col(StoredVerdict.created_at).desc())
    )
    return next((row for row in found if row.degraded == list(verdict.degraded)), None)


def find_judged(
    session: Session, capture: Capture, *, extractor_version: str, model_digest: str, policy_digest: str
) -> tuple[StoredDocument, StoredVerdict] | None:
    """Give what the same bytes of the same page were read and judged as, by the same extractor, model and policy."""
    return session.exec(
        select(StoredDocument, StoredVerdict)
        .join(Capture, col(Capture.document_id) == StoredDocument.id)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .where(
            Capture.page_id == capture.page_id,
            Capture.blob_sha256 == capture.blob_sha256,
            Capture.content_type == capture.content_type,
            col(Capture.truncated) == capture.truncated,
            col(Capture.state) == CaptureState.JUDGED,
            StoredDocument.extractor_version == extractor_version,
            StoredVerdict.model_digest == model_digest,
            StoredVerdict.policy_digest == policy_digest,
        )
        .order_by(col(Capture.fetched_at).desc())
    ).first()


def judged_document(session: Session, verdict: StoredVerdict) -> StoredDocument:
    """Give the document a verdict was made on."""
    return session.exec(select(StoredDocument).where(StoredDocument.id == verdict.document_id)).one()
