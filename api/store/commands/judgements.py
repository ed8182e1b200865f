"""Documents, verdicts and findings, written once however often a job repeats itself."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from api.store.fingerprints import fingerprint
from api.store.ids import derived_id
from api.store.kinds import CaptureState
from api.store.loading import load_rows
from api.store.queries.verdicts import find_verdict
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.verdicts import StoredFinding, StoredVerdict
from classifier.types import Finding, Verdict
from crawler.items import Block, Document, Signal


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a capture was read and judged as; the blob of the document's text is saved before."""

    capture: Capture
    page: SitePage
    document: Document
    text_sha256: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Settled:
    """A judgement as it is stored."""

    document: StoredDocument
    verdict: StoredVerdict


def settle_judgements(session: Session, judgements: Sequence[Judgement], now: datetime) -> tuple[Settled, ...]:
    """Keep documents and verdicts, tie captures to them and show them as the latest of their pages."""
    settled = save_judgements(session, judgements, now)
    for one, judgement in zip(settled, judgements, strict=True):
        settle_capture(judgement.capture, judgement.page, one.document, one.verdict)
    session.flush()
    return settled


def save_judgements(session: Session, judgements: Sequence[Judgement], now: datetime) -> tuple[Settled, ...]:
    """Keep documents and verdicts.

    Equal documents of a page are one row; the same text of a page judged by the same model and policy, as fully seen,
    keeps its earlier verdict.
    """
    documents = _save_documents(session, judgements)
    verdicts = _save_verdicts(session, tuple(zip(documents, judgements, strict=True)), now)
    return tuple(Settled(*both) for both in zip(documents, verdicts, strict=True))


def settle_capture(capture: Capture, page: SitePage, document: StoredDocument, verdict: StoredVerdict) -> None:
    """Tie a capture to its document and verdict, and show both as the page's latest."""
    capture.document_id, capture.verdict_id = document.id, verdict.id
    capture.state = CaptureState.JUDGED
    page.title, page.language, page.latest_verdict_id = document.title, document.language, verdict.id


def _save_documents(session: Session, judgements: Sequence[Judgement]) -> list[StoredDocument]:
    rows = [_document(judgement) for judgement in judgements]
    kept = load_rows(session, StoredDocument, (row.id for row in rows))
    for row in rows:
        if row.id not in kept:
            kept[row.id] = row
            session.add(row)
    session.flush()
    return [kept[row.id] for row in rows]


def _document(judgement: Judgement) -> StoredDocument:
    read, page_id = judgement.document, judgement.page.id
    contents = _Contents(
        blocks=[_block_fields(block) for block in read.blocks],
        signals=[_signal_fields(signal) for signal in read.signals],
        links=list(read.links),
        nofollow_links=list(read.nofollow_links),
        attributes=dict(read.attributes),
        not_seen=list(read.not_seen),
    )
    about = (page_id, judgement.text_sha256, read.title, read.language, read.extractor_version)
    return StoredDocument(
        id=derived_id("document", *about, json.dumps(contents)),
        page_id=page_id,
        text_sha256=judgement.text_sha256,
        simhash=read.simhash,
        title=read.title,
        language=read.language,
        extractor_version=read.extractor_version,
        **contents,
    )


class _Contents(TypedDict):
    blocks: list[dict[str, str | int | bool]]
    signals: list[dict[str, str | int]]
    links: list[str]
    nofollow_links: list[str]
    attributes: dict[str, str]
    not_seen: list[str]


def _block_fields(block: Block) -> dict[str, str | int | bool]:
    # Thousands of them are kept a second; dataclasses.asdict takes ten times as long.
    return {
        "start": block.start,
        "end": block.end,
        "kind": block.kind,
        "region": block.region,
        "tag": block.tag,
        "hidden": block.hidden,
    }


def _signal_fields(signal: Signal) -> dict[str, str | int]:
    return {"kind": signal.kind, "value": signal.value, "start": signal.start, "end": signal.end}


def _save_verdicts(
    session: Session, judged: Sequence[tuple[StoredDocument, Judgement]], now: datetime
) -> list[StoredVerdict]:
    new: dict[str, tuple[StoredVerdict, Verdict]] = {}
    rows = []
    for document, judgement in judged:
        # A page that has no verdict has none on this text either.
        is_known = judgement.page.latest_verdict_id is not None
        row = find_verdict(session, document, judgement.verdict) if is_known else None
        if row is None:
            made = _verdict(document, judgement.verdict, now)
            row, _ = new.setdefault(made.id, (made, judgement.verdict))
        rows.append(row)
    session.add_all(row for row, _ in new.values())
    session.flush()
    for row, verdict in new.values():
        session.add_all(_finding(row.id, position, finding) for position, finding in enumerate(verdict.findings))
    return rows


def _verdict(document: StoredDocument, verdict: Verdict, now: datetime) -> StoredVerdict:
    return StoredVerdict(
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
