"""The reasons a reviewer can give for a decision on a case; numbers on the keyboard pick them in this order."""

from dataclasses import dataclass

from api.store.kinds import Decision


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `code` goes through the form, `words` into the review."""

    code: str
    words: str


REASONS = {
    Decision.CONFIRM: (
        Reason("offer_to_public", "Offer to the public, no lawful channel"),
        Reason("avoids_detection", "Delivery, payment or contact built to avoid detection"),
        Reason("claim_without_evidence", "Claim goes beyond the evidence"),
        Reason("approval_misstated", "Approval misstated"),
        Reason("risk_hidden", "Risk denied or left out"),
    ),
    Decision.OVERTURN: (
        Reason("reported_not_promoted", "Reported, not promoted: news, court, science"),
        Reason("harm_reduction", "Harm reduction or treatment of dependence"),
        Reason("lawful_supply", "Lawful supply: licensed, prescription required"),
        Reason("claim_supported", "Claim is supported or properly qualified"),
        Reason("other_subject", "About something else"),
        Reason("misread", "Text misread by the model"),
    ),
    Decision.UNSURE: (
        Reason("not_all_seen", "Not all of the page was captured"),
        Reason("language", "Language I do not read well"),
        Reason("evidence_unclear", "Evidence or law is unclear"),
    ),
    Decision.ESCALATE: (
        Reason("danger_to_life", "Somebody may be in danger"),
        Reason("legal_question", "Legal question"),
        Reason("network", "Part of a larger operation"),
    ),
}
_WORDS = {(decision, reason.code): reason.words for decision, known in REASONS.items() for reason in known}


def note_with_reason(decision: Decision, code: str, note: str) -> str:
    """Give the note as it is kept, the reason in words on its own line; a code of another decision counts as none."""
    words = _WORDS.get((decision, code))
    return "\n".join(part for part in (f"Reason: {words}." if words else "", note.strip()) if part)
