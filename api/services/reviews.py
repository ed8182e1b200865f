"""Records what a reviewer decides, on the findings that were before them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from api.exceptions import NotAllowed, NotFound, ReviewConflict, ReviewInvalid
from api.services.audit import record
from api.store.ids import derived_id
from api.store.kinds import CaseState, Decision, Role, Scope, Why
from api.store.queries.reviews import standing_review
from api.store.queries.verdicts import list_findings
from api.store.scopes import scope_hash, scope_key
from api.store.tables.cases import Case, Review
from api.store.tables.pages import SitePage
from api.store.tables.people import Reviewer

LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True)
class NewReview:
    """A decision as it comes in: `verdict_id` is the verdict it was made on, `findings` maps finding ids to decisions.

    `seen_number` is the newest review the reviewer had in sight, 0 for none; left out, it is not compared.
    """

    case_id: str
    verdict_id: str
    decision: Decision
    findings: Mapping[str, Decision] = field(default_factory=dict)
    note: str = ""
    scope: Scope = Scope.URL
    seen_number: int | None = None


def record_review(session: Session, reviewer: Reviewer, new: NewReview, *, now: datetime) -> Review:
    """Add a review, move its case on and log it; the newest review of a case stands.

    ReviewInvalid says what contradicts itself, ReviewConflict that the case has moved on.
    """
    if reviewer.role.rank < Role.REVIEWER.rank or not reviewer.active:
        raise NotAllowed(f"{reviewer.name} may read cases and not decide them; ask an admin for the role of reviewer")
    case = session.get(Case, new.case_id, with_for_update=True)
    if case is None:
        raise NotFound(f"there is no case {new.case_id!r}; open one from the queue")
    if case.verdict_id != new.verdict_id:
        raise ReviewConflict(
            "the page was judged again while you were deciding; reload the case and look at what is new"
        )
    _check(new, {finding.id for finding in list_findings(session, new.verdict_id)})
    review = _add(session, case, reviewer, new, now)
    _move_on(case, new.decision, now)
    session.add(case)
    record(
        session,
        actor=f"reviewer:{reviewer.id}",
        action=f"review.{new.decision.value}",
        subject=f"case:{case.id}",
        details={"review": review.id, "verdict": new.verdict_id, "scope": new.scope.value, "number": review.number},
        now=now,
    )
    return review


def _check(new: NewReview, known: set[str]) -> None:
    unknown = sorted(set(new.findings) - known)
    if unknown:
        raise ReviewInvalid(f"finding {unknown[0]} is not one of this verdict's; reload the case and decide again")
    said = set(new.findings.values())
    if Decision.ESCALATE in said:
        raise ReviewInvalid("a single finding cannot be escalated; say unsure there and escalate the case")
    if new.decision is Decision.OVERTURN and Decision.CONFIRM in said:
        raise ReviewInvalid(
            "the case is overturned while a finding is confirmed; confirm the case, or overturn that finding"
        )
    if new.decision is Decision.CONFIRM and known and set(new.findings) == known and said == {Decision.OVERTURN}:
        raise ReviewInvalid(
            "the case is confirmed while every finding is overturned; overturn the case, or confirm a finding"
        )
    if len(new.note) > LONGEST_NOTE:
        raise ReviewInvalid(f"the note has {len(new.note)} characters; shorten it to {LONGEST_NOTE}")


def _add(session: Session, case: Case, reviewer: Reviewer, new: NewReview, now: datetime) -> Review:
    earlier = standing_review(session, case.id)
    number = 0 if earlier is None else earlier.number
    if new.seen_number not in (None, number):
        raise ReviewConflict(
            "somebody else reviewed the case while you were deciding; reload it and read their decision"
        )
    number += 1
    page = session.exec(select(SitePage).where(SitePage.id == case.page_id)).one()
    key = scope_key(page.lookup_key, new.scope)
    review = Review(
        id=derived_id("review", case.id, number),
        case_id=case.id,
        number=number,
        verdict_id=new.verdict_id,
        reviewer_id=reviewer.id,
        decision=new.decision,
        findings={finding: decision.value for finding, decision in sorted(new.findings.items())},
        note=new.note,
        scope=new.scope,
        scope_key=key,
        scope_hash=scope_hash(key),
        created_at=now,
    )
    session.add(review)
    session.flush()
    return review


def _move_on(case: Case, decision: Decision, now: datetime) -> None:
    if decision.is_final:
        case.state = CaseState.DECIDED
    elif decision is Decision.ESCALATE:
        case.state = CaseState.ESCALATED
    else:
        case.state, case.why = CaseState.OPEN, Why.SECOND_REVIEW
    case.updated_at = now
