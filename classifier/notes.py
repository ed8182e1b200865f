"""Page-level rule hits, shown apart from findings."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from classifier.entities import Role
from classifier.features import View
from classifier.labels import Family
from classifier.policy import PolicyPack
from classifier.types import Content, Finding, Note

# Signs that a page targets a place where naming a prescription-only medicine to the public is itself restricted.
_PLACES = {
    "UK-02": re.compile(r"\.uk\b|£|\b(?:united kingdom|london|manchester|nhs|cqc|gphc)\b|\+44"),
    "EU-01": re.compile(r"\.(?:de|fr|es|it|nl|pl|pt|at|be|ie)(?:[/:?#\s]|$)|€|\+(?:49|33|34|39|31|48|351)\b"),
    "CA-02": re.compile(r"\.ca\b|\b(?:canada|toronto|vancouver|montreal|ontario|alberta)\b"),
    "AU-01": re.compile(r"\.au\b|\b(?:australia|sydney|melbourne|brisbane|ahpra)\b|\+61"),
}
_SELLING = frozenset({"buy_word", "cart", "for_sale", "supplier"})


def headline_notes(findings: Iterable[Finding]) -> tuple[Note, ...]:
    """Findings in the address or title, which stand in no text that could be quoted from."""
    return tuple(
        Note(rule, f"The address or title reads as {f.label.replace('_', ' ')}: “{f.quote}”.")
        for f in findings
        for rule in f.rules[:1]
    )


def page_notes(
    content: Content, views: Sequence[View], findings: Sequence[Finding], pack: PolicyPack, as_of: date
) -> tuple[Note, ...]:
    """Notes of one page: missing risks, lawful-supply gates to verify, places with an advertising ban, lapsed facts."""
    notes = []
    claims = any(f.family is Family.UNSUPPORTED_CLAIM for f in findings)
    names_subject = any(Role.SUBJECT in view.reading.roles for view in views)
    cues = {cue for view in views for cue, _ in view.reading.kinds}
    promotes = claims or any(f.family is Family.ILLICIT_SALE for f in findings)
    if claims and "risk" not in cues:
        notes.append(Note("US-11", "No statement of risks was found anywhere on this page."))
    if names_subject and "prescription_required" in cues and not cues.isdisjoint(_SELLING):
        notes.append(
            Note("US-03", "The page speaks of a prescription or licence gate: verify the licence before deciding.")
        )
    if names_subject and promotes:
        haystack = f"{content.url} {content.text}".lower()
        notes += [
            Note(rule, f"{pack.rules[rule].summary} The page seems to address that place.")
            for rule, pattern in _PLACES.items()
            if rule in pack.rules and pattern.search(haystack)
        ]
    # Rules of a label that have lapsed are no longer cited, yet their lapse is what has to be looked up.
    cited = {rule for f in findings for rule in pack.labels[f.label].rules} | {note.rule for note in notes}
    notes += [
        Note(fact.id, f"Check again: {fact.statement}")
        for fact in pack.dated_facts
        if fact.id in cited and as_of > fact.check_after
    ]
    return tuple(notes)
