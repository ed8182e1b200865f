"""Hands out the evidence of a case: one WACZ with its records, what was judged and decided, and the chain of hashes."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from sqlmodel import Session, col, select

from api.exceptions import EvidenceMissing
from api.services.audit import Details, record
from api.services.evidence.chain import list_entries
from api.services.evidence.dossier import as_html, as_json, make_dossier
from api.services.evidence.gather import Piece, gather, places_of
from api.services.evidence.look_records import look_pieces
from api.services.evidence.wacz import Shown, write_wacz
from api.store.blobs import PART, BlobStore
from api.store.queries.cases import CaseDetail, read_case
from api.store.queries.looks import looks_at
from api.store.tables.evidence import WarcFile
from api.store.tables.pages import Capture
from classifier.policy import PolicyPack

ACTION = "evidence.export"
MEDIA_TYPE = "application/wacz"


@dataclass(frozen=True, slots=True)
class Means:
    """What an export draws on."""

    blobs: BlobStore
    warc: Path
    policy: PolicyPack


def pack_case(session: Session, means: Means, case_id: str, *, now: datetime) -> bytes:
    """Give the WACZ of a case; NotFound without such a case, EvidenceMissing when its records cannot be had."""
    detail = read_case(session, means.blobs, case_id)
    if detail.document.missing:
        raise EvidenceMissing(detail.document.missing)
    capture = _judged_capture(detail)
    pieces = gather(means.warc, places_of(session, capture))
    chain = _chain(session, pieces)
    looks = looks_at(session, capture)
    dossier = make_dossier(detail, capture, pieces, chain, means.policy, looks, now)
    seen = tuple(piece for look in looks for piece in look_pieces(means.blobs, look))
    files = {
        "evidence/case.json": as_json(dossier),
        "evidence/report.html": as_html(dossier),
        "evidence/text.txt": detail.document.text.encode("utf-8", "surrogatepass"),
    }
    out = BytesIO()
    page = Shown(detail.case.id, capture.final_url, detail.page.title, _payload_date(session, capture))
    write_wacz(out, (*pieces, *seen), page, files, software=f"rxwarden {version('rxwarden')}", now=now)
    return out.getvalue()


def note_export(session: Session, case_id: str, packed: bytes, *, actor: str, now: datetime) -> None:
    """Record in the audit log who took the evidence, and which bytes."""
    details: Details = {"sha256": hashlib.sha256(packed).hexdigest(), "bytes": len(packed)}
    record(session, actor=actor, action=ACTION, subject=f"case:{case_id}", details=details, now=now)


def file_name(case_id: str, now: datetime) -> str:
    """Give the name of an export."""
    return f"case-{case_id[:12]}-{now:%Y%m%dT%H%M%SZ}.wacz"


def save_export(file: Path, packed: bytes) -> None:
    """Write an export to a new file, whole or not at all; EvidenceMissing says why it cannot go there."""
    if file.exists():
        raise EvidenceMissing(f"{file} exists; give the name of a new file")
    if not file.absolute().parent.is_dir():
        raise EvidenceMissing(f"there is no folder {file.absolute().parent}; make it first")
    part = file.with_name(file.name + PART)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(packed)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _judged_capture(detail: CaseDetail) -> Capture:
    """Give the newest capture that the verdict speaks of."""
    for capture in detail.captures:
        if capture.document_id == detail.verdict.document_id:
            return capture
    raise EvidenceMissing(f"no capture of case {detail.case.id} holds the text that was judged; capture the page again")


def _payload_date(session: Session, capture: Capture) -> datetime:
    holder = None if capture.payload_capture_id is None else session.get(Capture, capture.payload_capture_id)
    return capture.fetched_at if holder is None else holder.fetched_at


def _chain(session: Session, pieces: Sequence[Piece]) -> tuple[WarcFile, ...]:
    names = {piece.file for piece in pieces}
    numbers = session.exec(select(WarcFile.number).where(col(WarcFile.name).in_(names))).all()
    return list_entries(session, min(numbers)) if numbers else ()
