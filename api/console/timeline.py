"""A case's history, newest first: decisions, verdicts and captures as one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.console import phrases
from api.counting import count
from api.store.kinds import Decision
from api.store.queries.cases import CaseDetail
from api.store.queries.reviews import SignedReview
from api.store.tables.pages import Capture
from api.store.tables.verdicts import StoredVerdict


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `kind` is review, verdict or capture; `note` is what a person wrote."""

    at: datetime
    kind: str
    title: str
    facts: tuple[str, ...]
    note: str = ""


def timeline(detail: CaseDetail) -> tuple[Event, ...]:
    """Give the events of a case."""
    return tuple(sorted(_events(detail), key=lambda event: event.at, reverse=True))


def _events(detail: CaseDetail) -> Iterator[Event]:
    yield from map(_review, detail.reviews)
    yield from map(_verdict, detail.verdicts)
    yield from map(_capture, detail.captures)


def _review(signed: SignedReview) -> Event:
    review = signed.review
    said = [Decision(value) for value in review.findings.values()]
    tally = [f"{count(said.count(d), 'finding')} {phrases.DECIDED[d]}" for d in Decision if d in said]
    title = f"{signed.reviewer.name} {_verb(review.decision)}"
    return Event(review.created_at, "review", title, (*tally, f"holds for {phrases.SCOPE[review.scope]}"), review.note)


def _verb(decision: Decision) -> str:
    return "was unsure" if decision is Decision.UNSURE else f"{phrases.DECIDED[decision]} the case"


def _verdict(verdict: StoredVerdict) -> Event:
    facts = (
        f"severity {phrases.SEVERITY[verdict.severity].lower()}",
        f"as of {verdict.as_of.isoformat()}",
        f"model {verdict.model_digest[:8]}",
        f"policy {verdict.policy_digest[:8]}",
    )
    return Event(verdict.created_at, "verdict", f"Judged: {phrases.OUTCOME[verdict.outcome]}", facts)


def _capture(capture: Capture) -> Event:
    told = "the same bytes as before" if capture.not_modified else phrases.size(capture.size)
    facts = (f"status {capture.status}", told, *([capture.scan_error] if capture.scan_error else []))
    return Event(capture.fetched_at, "capture", "Captured", facts)
