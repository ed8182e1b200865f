"""Documents, verdicts and findings, written once however often a job repeats itself."""

import json
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from api.store.fingerprints import fingerprint
from api.store.ids import derived_id
from api.store.kinds import CaptureState
from api.store.queries.verdicts import find_verdict
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.verdicts import StoredFinding, StoredVerdict
from classifier.types import Finding, Verdict
from crawler.items import Document
from crawler.likeness import simhash


def save_document(session: Session, page_id: str, document: Document, text_sha256: str) -> StoredDocument:
    """Keep what a reader saw; the text's blob is saved before. Equal documents of a page are one row."""
    row = StoredDocument(
        id="",
        page_id=page_id,
        text_sha256=text_sha256,
        simhash=simhash(document.text),
        title=document.title,
        language=document.language,
        blocks=[asdict(block) for block in document.blocks],
        signals=[asdict(signal) for signal in document.signals],
        links=list(document.links),
        nofollow_links=list(document.nofollow_links),
        attributes=dict(document.attributes),
        not_seen=list(document.not_seen),
        extractor_version=document.extractor_version,
    )
    row.id = derived_id("document", page_id, json.dumps(row.model_dump(exclude={"id"}), sort_keys=True))
    known = session.get(StoredDocument, row.id)
    if known is not None:
        return known
    session.add(row)
    session.flush()
    return row


def save_verdict(session: Session, document: StoredDocument, verdict: Verdict, now: datetime) -> StoredVerdict:
    """Keep a verdict with its findings; the same text judged by the same model and policy keeps its earlier one."""
    known = find_verdict(session, document, verdict)
    if known is not None:
        return known
    row = StoredVerdict(
        id=derived_id("verdict", document.id, verdict.model_digest, verdict.policy_digest, verdict.as_of.isoformat()),
        page_id=document.page_id,
        document_id=document.id,
        text_sha256=document.text_sha256,
        outcome=verdict.outcome,
        families={family.value: probability for family, probability in verdict.families.items()},
        flagged=[family.value for family in verdict.flagged],
        severity=verdict.severity,
        substances=list(verdict.substances),
        notes=[asdict(note) for note in verdict.notes],
        degraded=list(verdict.degraded),
        model_digest=verdict.model_digest,
        policy_digest=verdict.policy_digest,
        as_of=verdict.as_of,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(_finding(row.id, position, finding) for position, finding in enumerate(verdict.findings))
    session.flush()
    return row


def settle_capture(
    session: Session, capture: Capture, page: SitePage, document: StoredDocument, verdict: StoredVerdict
) -> None:
    """Tie a capture to its document and verdict, and show both as the page's latest."""
    capture.document_id, capture.verdict_id = document.id, verdict.id
    capture.state = CaptureState.JUDGED
    page.title, page.language, page.latest_verdict_id = document.title, document.language, verdict.id
    session.add(capture)
    session.add(page)
    session.flush()


def _finding(verdict_id: str, position: int, finding: Finding) -> StoredFinding:
    return StoredFinding(
        id=derived_id("finding", verdict_id, position),
        verdict_id=verdict_id,
        position=position,
        label=finding.label,
        family=finding.family,
        start=finding.start,
        end=finding.end,
        quote=finding.quote,
        score=finding.score,
        severity=finding.severity,
        severity_reason=finding.severity_reason,
        topic=finding.topic,
        rules=list(finding.rules),
        substance=finding.substance,
        reasons=[asdict(reason) for reason in finding.reasons],
        fingerprint=fingerprint(finding.label, finding.quote),
    )
