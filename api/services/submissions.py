"""Takes a program's review for a named reviewer, once however often the program sends it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from api.exceptions import NotAllowed, ReviewInvalid
from api.services.audit import record
from api.services.people import find_reviewer
from api.services.reviews import NewReview, record_review
from api.store.tables.audit import AuditEvent
from api.store.tables.cases import Case, Review

ACTION = "review.submit"


@dataclass(frozen=True, slots=True)
class Submission:
    """A review that a program sends: `client_id` is the program's own name for it."""

    key_id: str
    client_id: str
    reviewer: str
    review: NewReview


@dataclass(frozen=True, slots=True)
class Submitted:
    """The review that stands in the store; `is_repeat` when an earlier try had put it there."""

    review: Review
    is_repeat: bool


def submit_review(session: Session, submission: Submission, *, now: datetime) -> Submitted:
    """Record a review or give the one an earlier try recorded; errors as record_review's.

    NotAllowed for a reviewer who is not known, ReviewInvalid for a client id that was used for something else.
    """
    # Taken first, so that of two tries at once the second sees what the first did.
    session.get(Case, submission.review.case_id, with_for_update=True)
    subject = f"submission:{submission.key_id}:{submission.client_id}"
    earlier = session.exec(select(AuditEvent).where(AuditEvent.subject == subject)).first()
    if earlier is not None:
        return Submitted(_same_again(session, earlier, submission), is_repeat=True)
    reviewer = find_reviewer(session, submission.reviewer)
    if reviewer is None:
        raise NotAllowed(f"there is no reviewer called {submission.reviewer!r}; give the pseudonym of one who is")
    review = record_review(session, reviewer, submission.review, now=now)
    details = {"review": review.id, "content": _digest(submission)}
    record(session, actor=f"key:{submission.key_id}", action=ACTION, subject=subject, details=details, now=now)
    return Submitted(review, is_repeat=False)


def _same_again(session: Session, earlier: AuditEvent, submission: Submission) -> Review:
    details = json.loads(earlier.details)
    if details["content"] != _digest(submission):
        raise ReviewInvalid("this client_id was used for another review; give each review its own")
    return session.exec(select(Review).where(Review.id == details["review"])).one()


def _digest(submission: Submission) -> str:
    review = submission.review
    told = [
        submission.reviewer,
        review.case_id,
        review.verdict_id,
        review.decision.value,
        {finding: decision.value for finding, decision in review.findings.items()},
        review.note,
        review.scope.value,
        review.seen_number,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
