"""Opens, returns and clears cases as verdicts come in; what a person decided outweighs it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.services.sampling import Sample
from api.store.ids import derived_id
from api.store.kinds import CaseState, Why
from api.store.queries.reviews import standing_review
from api.store.queries.verdicts import covered_by, is_new, list_findings
from api.store.tables.cases import Case, Review
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Family, Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands and why it is there."""

    state: CaseState
    why: Why


@dataclass(frozen=True, slots=True)
class Filed:
    """What a verdict did: the page's case, if it has one, and whether a violation newly waits for a person."""

    case: Case | None
    is_new_flag: bool


WAITING = (CaseState.OPEN, CaseState.ESCALATED)


def file_verdict(
    session: Session, verdict: StoredVerdict, now: datetime, sample: Sample, *, is_first: bool = False
) -> Filed:
    """Bring a page's case in line with its newest verdict; outside the sample a page that gave no cause has no case.

    is_first: the page had no verdict before, and so has no case.
    """
    case = None if is_first else _locked_case(session, verdict.page_id)
    was_flagged = _is_waiting_violation(case)
    if case is not None:
        _move(session, case, verdict, now, sample)
    elif verdict.outcome is not Outcome.CLEAR or sample.holds(verdict.page_id):
        case = _open(session, verdict, now, sample)
    return Filed(case, _is_waiting_violation(case) and not was_flagged)


def _locked_case(session: Session, page_id: str) -> Case | None:
    # Locked, so that a decision made at this moment is not overwritten by what was read before it.
    return session.exec(select(Case).where(Case.page_id == page_id).with_for_update()).first()


def _is_waiting_violation(case: Case | None) -> bool:
    return case is not None and case.state in WAITING and case.outcome is Outcome.VIOLATION


def case_id(page_id: str) -> str:
    """Give the id of a page's case."""
    return derived_id("case", page_id)


def _move(session: Session, case: Case, verdict: StoredVerdict, now: datetime, sample: Sample) -> None:
    before = (case.verdict_id, case.state, case.why)
    standing = _standing(session, case, verdict, sample)
    case.state, case.why = standing.state, standing.why
    _show(case, verdict)
    if before != (case.verdict_id, case.state, case.why):
        case.updated_at = now
    session.add(case)


def _open(session: Session, verdict: StoredVerdict, now: datetime, sample: Sample) -> Case:
    standing = _undecided(verdict, sample)
    case = Case(
        id=case_id(verdict.page_id),
        page_id=verdict.page_id,
        verdict_id=verdict.id,
        state=standing.state,
        why=standing.why,
        outcome=verdict.outcome,
        severity_rank=0,
        probability=0.0,
        is_illicit_sale=False,
        is_unsupported_claim=False,
        opened_at=now,
        updated_at=now,
    )
    _show(case, verdict)
    session.add(case)
    return case


def _show(case: Case, verdict: StoredVerdict) -> None:
    case.verdict_id, case.outcome = verdict.id, verdict.outcome
    case.severity_rank = verdict.severity.rank
    case.probability = max(verdict.families.values(), default=0.0)
    case.is_illicit_sale = Family.ILLICIT_SALE.value in verdict.flagged
    case.is_unsupported_claim = Family.UNSUPPORTED_CLAIM.value in verdict.flagged


def _undecided(verdict: StoredVerdict, sample: Sample) -> Standing:
    if verdict.outcome is not Outcome.CLEAR:
        return Standing(CaseState.OPEN, Why.NEW)
    if sample.holds(verdict.page_id):
        return Standing(CaseState.OPEN, Why.SAMPLE)
    return Standing(CaseState.CLEARED, Why.NEW)


def _standing(session: Session, case: Case, verdict: StoredVerdict, sample: Sample) -> Standing:
    review = standing_review(session, case.id)
    if review is None:
        return _undecided(verdict, sample)
    if not review.decision.is_final:
        # A person asked for another one; no verdict takes that back.
        return Standing(case.state, case.why)
    return _since_decision(session, case, review, verdict)


def _since_decision(session: Session, case: Case, review: Review, verdict: StoredVerdict) -> Standing:
    """Decided as long as the decision answers every finding that counts; else open again, saying what is new."""
    covered = covered_by(session, review.verdict_id)
    if not any(is_new(finding, covered) for finding in list_findings(session, verdict.id)):
        return Standing(CaseState.DECIDED, case.why)
    decided_on = session.exec(select(StoredVerdict).where(col(StoredVerdict.id) == review.verdict_id)).one()
    changed = decided_on.text_sha256 != verdict.text_sha256
    return Standing(CaseState.OPEN, Why.CHANGED if changed else Why.JUDGED_ANEW)
