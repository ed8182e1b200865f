"""The record that `rxwarden judge` and POST /v1/judge give for one input: a contract, written down in api/README.md."""

from api.judging.scanner import ScanResult
from classifier.types import Finding, Verdict

Json = dict[str, object]


def record(record_id: str, result: ScanResult, *, with_text: bool = False) -> Json:
    """The contract object of one input; `with_text` adds the text that findings point into (HTML and mail)."""
    verdict = result.verdict
    made: Json = {"id": record_id, **verdict_fields(verdict)}
    if with_text and result.document is not None:
        made["text"] = result.document.text
    return made


def verdict_fields(verdict: Verdict) -> Json:
    """A verdict as plain data."""
    return {
        "outcome": str(verdict.outcome),
        "families": {str(family): round(p, 6) for family, p in verdict.families.items()},
        "flagged": [str(family) for family in verdict.flagged],
        "severity": str(verdict.severity),
        "substances": list(verdict.substances),
        "findings": [finding_fields(finding) for finding in verdict.findings],
        "notes": [{"rule": note.rule, "text": note.text} for note in verdict.notes],
        "degraded": list(verdict.degraded),
        "page_why": {
            str(family): [f"{r.text} ({r.weight:+.2f})" for r in reasons]
            for family, reasons in verdict.page_reasons.items()
        },
        "model": verdict.model_digest,
        "policy": verdict.policy_digest,
        "as_of": verdict.as_of.isoformat(),
    }


def finding_fields(finding: Finding) -> Json:
    """A finding as plain data; `why` is the severity's reason, then words with their weights, strongest first."""
    return {
        "label": str(finding.label),
        "family": str(finding.family),
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "score": round(finding.score, 6),
        "severity": str(finding.severity),
        "topic": finding.topic,
        "rules": list(finding.rules),
        "substance": finding.substance,
        "why": [finding.severity_reason, *(f"{r.text} ({r.weight:+.2f})" for r in finding.reasons if r.weight)],
    }


def unreadable(record_id: str, error: str) -> Json:
    """What stands in place of a record that could not be read."""
    return {"id": record_id, "error": error}
