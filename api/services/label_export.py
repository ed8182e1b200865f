"""Reviews as labelled passages for training, in the format of `labeled_data/`, one file in the data folder."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlmodel import Session, col, select

from api.store.blobs import BlobStore
from api.store.kinds import Decision
from api.store.queries.reviews import standing_review
from api.store.queries.verdicts import judged_document, list_findings
from api.store.tables.cases import Case, Review
from api.store.tables.pages import StoredDocument
from api.store.tables.verdicts import StoredFinding, StoredVerdict

FILE = "reviews.jsonl"
WRITER = "review"
SHORTEST, LONGEST = 8, 400
LANGUAGE = re.compile(r"[a-z]{2}")
UNKNOWN_LANGUAGE = "xx"
KIND = "other"
# What a block is called in labelled data; a block's region decides where its kind says nothing.
REGIONS = {"title": "title", "meta": "meta", "heading": "heading", "item": "list", "row": "table", "button": "button"}
PARTS = {"nav": "nav", "footer": "footer"}

LabelledRow = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Exported:
    """Where the rows went, how many there are and how many quotes were too short or long to train on."""

    file: Path
    rows: int
    left_out: int


def export_labels(session: Session, blobs: BlobStore, folder: Path) -> Exported:
    """Write what the standing reviews say of each passage; the file is replaced whole, ordered by id."""
    rows = [row for case in session.exec(select(Case).order_by(Case.id)) for row in _case_rows(session, blobs, case)]
    fitting = [row for row in rows if SHORTEST <= len(str(row["text"])) <= LONGEST]
    fitting.sort(key=lambda row: str(row["id"]))
    file = folder / FILE
    _replace(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in fitting))
    return Exported(file, len(fitting), len(rows) - len(fitting))


def _case_rows(session: Session, blobs: BlobStore, case: Case) -> Iterator[LabelledRow]:
    review = standing_review(session, case.id)
    if review is None or not review.decision.is_final:
        return
    verdict = session.exec(select(StoredVerdict).where(col(StoredVerdict.id) == review.verdict_id)).one()
    document = judged_document(session, verdict)
    text = blobs.load_text(document.text_sha256)
    findings = sorted(list_findings(session, verdict.id), key=lambda finding: (finding.start, finding.end))
    for _, group in groupby(findings, key=lambda finding: (finding.start, finding.end)):
        same_passage = list(group)
        decisions = [_decision(review, finding) for finding in same_passage]
        # A passage with one label left open would teach that this label is absent.
        if None not in decisions and Decision.UNSURE not in decisions:
            yield _row(case, document, text, same_passage, decisions)


def _decision(review: Review, finding: StoredFinding) -> Decision | None:
    """What a review says of a finding: an overturned case overturns all, a confirmed one names those it means."""
    if finding.id in review.findings:
        return Decision(review.findings[finding.id])
    return Decision.OVERTURN if review.decision is Decision.OVERTURN else None


def _row(
    case: Case,
    document: StoredDocument,
    text: str,
    findings: Sequence[StoredFinding],
    decisions: Sequence[Decision | None],
) -> LabelledRow:
    confirmed = [finding for finding, said in zip(findings, decisions, strict=True) if said is Decision.CONFIRM]
    first = findings[0]
    return {
        "id": f"{WRITER}-{first.id[:16]}",
        "text": first.quote,
        "labels": [
            {"label": finding.label.value, "severity": finding.severity.value, "topic": finding.topic}
            for finding in confirmed
        ],
        "kind": KIND,
        "language": document.language if LANGUAGE.fullmatch(document.language) else UNKNOWN_LANGUAGE,
        "region": _region(document, first.start),
        "lead_in": _lead_in(document, text, first.start),
        # Passages of one page stay together, so that none is held out while its neighbour is trained on.
        "group": f"{WRITER}-{case.page_id[:16]}",
        "writer": WRITER,
        "note": "confirmed by a reviewer" if confirmed else "overturned by a reviewer",
    }


def _region(document: StoredDocument, start: int) -> str:
    for block in document.blocks:
        if int(block["start"]) <= start < int(block["end"]):
            return REGIONS.get(str(block["kind"])) or PARTS.get(str(block["region"]), "body")
    return "body"


def _lead_in(document: StoredDocument, text: str, start: int) -> str:
    """Give the last heading above a passage, or else the page's title."""
    above = [block for block in document.blocks if block["kind"] == "heading" and int(block["end"]) <= start]
    heading = text[int(above[-1]["start"]) : int(above[-1]["end"])] if above else document.title
    return " ".join(heading.split())[:LONGEST]


def _replace(file: Path, text: str) -> None:
    part = file.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)
