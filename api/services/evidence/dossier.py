"""What is said of a case beside its records: everything as JSON, and the same for a person to read."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.services.evidence.chain import entry_fields
from api.services.evidence.gather import Piece
from api.services.evidence.look_records import parts_of
from api.store.queries.cases import CaseDetail, CaseFinding
from api.store.tables.evidence import WarcFile
from api.store.tables.looks import Look
from api.store.tables.pages import Capture
from classifier.policy import PolicyPack

TEMPLATES = Path(__file__).parent / "templates"
# What steers the direction, joins or hides text has no place in a document that people sign.
UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}

Dossier = dict[str, object]


def make_dossier(
    detail: CaseDetail,
    capture: Capture,
    pieces: Sequence[Piece],
    chain: Sequence[WarcFile],
    policy: PolicyPack,
    looks: Sequence[Look],
    now: datetime,
) -> Dossier:
    """Put together what is known of a case; `chain` runs from the first file used to the end."""
    sealed = {entry.name for entry in chain}
    verdict = detail.verdict
    cited = [
        *(rule for one in detail.findings for rule in one.finding.rules),
        *(note["rule"] for note in verdict.notes),
    ]
    return {
        "case": detail.case.id,
        "exported_at": now.isoformat(),
        "page": {"url": detail.page.url, "lookup_key": detail.page.lookup_key, "title": detail.page.title},
        "capture": _capture(capture),
        "verdict": {
            "outcome": verdict.outcome,
            "severity": verdict.severity,
            "families": verdict.families,
            "flagged": verdict.flagged,
            "substances": verdict.substances,
            "notes": verdict.notes,
            "not_seen": verdict.degraded,
            "as_of": verdict.as_of.isoformat(),
            "model": verdict.model_digest,
            "policy": verdict.policy_digest,
            "text_sha256": verdict.text_sha256,
            "created_at": verdict.created_at.isoformat(),
        },
        "looks": [_look(look) for look in looks],
        "findings": [_finding(one) for one in detail.findings],
        "policy": {
            "id": policy.id,
            "version": policy.version,
            "digest": policy.digest,
            "is_that_of_the_verdict": policy.digest == verdict.policy_digest,
            "rules": {
                rule: policy.rules[rule].model_dump(mode="json") for rule in sorted(set(cited)) if rule in policy.rules
            },
        },
        "reviews": [
            {
                "number": signed.review.number,
                "reviewer": signed.reviewer.name,
                "decision": signed.review.decision,
                "note": signed.review.note,
                "scope": signed.review.scope,
                "reaches": signed.review.scope_key,
                "at": signed.review.created_at.isoformat(),
            }
            for signed in detail.reviews
        ],
        "records": [
            {
                "type": piece.member.headers["warc-type"],
                "record_id": piece.member.record_id,
                "url": piece.member.headers.get("warc-target-uri", ""),
                "date": piece.member.headers["warc-date"],
                "file": piece.file,
                "offset": piece.member.offset,
                "length": piece.member.length,
                "sha256": piece.sha256,
                "file_is_sealed": piece.file in sealed,
            }
            for piece in pieces
        ],
        "chain": [entry_fields(entry) for entry in chain],
    }


def as_json(dossier: Dossier) -> bytes:
    """Give the dossier as a file."""
    return json.dumps(dossier, indent=1).encode("ascii")


def as_html(dossier: Dossier) -> bytes:
    """Give the dossier as one page without scripts, styles from elsewhere or links that lead to the seller."""
    page = _environment().get_template("report.html").render(dossier)
    return page.encode("utf-8", "replace")


def visible(text: object) -> str:
    """Show what would steer or hide text by its code point; line breaks stay."""
    return "".join(
        f"[U+{ord(character):04X}]" if unicodedata.category(character) in UNSEEN and character != "\n" else character
        for character in str(text)
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if isinstance(value, str) else value,
    )


def _capture(capture: Capture) -> Dossier:
    return {
        "id": capture.id,
        "url": capture.url,
        "redirects": capture.redirects,
        "final_url": capture.final_url,
        "status": capture.status,
        "fetched_at": capture.fetched_at.isoformat(),
        "ip_address": capture.ip_address,
        "content_type": capture.content_type,
        "body_sha256": capture.blob_sha256,
        "size": capture.size,
        "truncated": capture.truncated,
        "not_modified": capture.not_modified,
        "record_id": capture.warc_record_id,
    }


def _look(look: Look) -> Dossier:
    return {
        "kind": look.kind,
        "looked_at": look.looked_at.isoformat(),
        "url": look.final_url,
        "status": look.status,
        "agent": look.agent,
        "browser": look.browser,
        "of_body_sha256": look.bytes_sha256,
        "size": f"{look.width} x {look.height}" if look.screenshot_sha256 else "",
        "truncated": look.truncated,
        "is_different": look.is_different,
        "differences": look.differences,
        "parts": [{"uri": part.uri, "type": part.media_type, "sha256": part.sha256} for part in parts_of(look)],
    }


def _finding(one: CaseFinding) -> Dossier:
    found = one.finding
    return {
        "id": found.id,
        "label": found.label,
        "family": found.family,
        "start": found.start,
        "end": found.end,
        "quote": found.quote,
        "score": found.score,
        "severity": found.severity,
        "severity_reason": found.severity_reason,
        "topic": found.topic,
        "rules": found.rules,
        "substance": found.substance,
        "why": found.reasons,
        "decided": one.decided,
    }
