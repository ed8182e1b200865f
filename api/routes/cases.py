"""Cases with their evidence, and reviews sent by programs."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api import case_schemas
from api.dependencies import MAY_READ, At, ReviewKey
from api.routes.documented import WITH_BODY, WITH_KEY, problems
from api.services.reviews import NewReview
from api.services.submissions import Submission, submit_review
from api.store.engine import reading, writing
from api.store.queries import cases
from api.store.queries.reviews import SignedReview
from api.store.tables.cases import Review
from api.store.tables.pages import Capture

router = APIRouter(tags=["cases"])
CaseId = Annotated[str, Path(pattern="^[0-9a-f]{16,64}$", description="`case_id` of a flag or look-up.")]


@router.get("/v1/cases/{case_id}", dependencies=[MAY_READ], responses=problems(404, *WITH_KEY), summary="Read a case")
def read_case(service: At, case_id: CaseId) -> case_schemas.CaseDetail:
    """Give a case with the page's text, the findings that point into it, and what people decided so far.

    Needs the scope `flags`; costs one unit.
    """
    with reading(service.engine) as session:
        return _detail(cases.read_case(session, service.blobs, case_id))


@router.post(
    "/v1/cases/{case_id}/reviews",
    status_code=201,
    responses={
        200: {
            "model": case_schemas.CaseReview,
            "description": "This client_id had been taken before; this is its review.",
        },
        **problems(404, 409, *WITH_KEY, *WITH_BODY),
    },
    summary="Send a reviewer's decision",
)
def add_review(
    service: At, key: ReviewKey, response: Response, case_id: CaseId, asked: case_schemas.ReviewRequest
) -> case_schemas.CaseReview:
    """Record what a person decided, on the verdict they had in sight; the scope is theirs to choose.

    A verdict or review that came meanwhile answers 409: show the case again. Sent twice with one `client_id`, it is
    taken once. The person must be a reviewer here; the key is logged beside them. Needs the scope `review`; costs one
    unit.
    """
    review = NewReview(
        case_id=case_id,
        verdict_id=asked.verdict_id,
        decision=asked.decision,
        findings=asked.findings,
        note=asked.note,
        scope=asked.scope,
        seen_number=asked.seen_number,
    )
    submission = Submission(key.id, asked.client_id, asked.reviewer, review)
    with writing(service.engine) as session:
        submitted = submit_review(session, submission, now=service.now())
    response.status_code = 200 if submitted.is_repeat else 201
    return _review(submitted.review, asked.reviewer)


def _detail(detail: cases.CaseDetail) -> case_schemas.CaseDetail:
    case, page, verdict = detail.case, detail.page, detail.verdict
    return case_schemas.CaseDetail(
        id=case.id,
        state=case.state,
        why=case.why,
        url=page.url,
        lookup_key=page.lookup_key,
        source=page.source,
        title=page.title,
        language=page.language,
        text=detail.document.text,
        text_missing=detail.document.missing,
        outcome=verdict.outcome,
        severity=verdict.severity,
        families=verdict.families,
        flagged=verdict.flagged,
        substances=verdict.substances,
        notes=verdict.notes,
        degraded=verdict.degraded,
        verdict_id=verdict.id,
        seen_number=detail.reviews[0].review.number if detail.reviews else 0,
        model=verdict.model_digest,
        policy=verdict.policy_digest,
        as_of=verdict.as_of,
        findings=[_finding(each) for each in detail.findings],
        reviews=[_signed(each) for each in detail.reviews],
        captures=[_capture(each) for each in detail.captures],
        has_changed=detail.previous is not None,
        opened_at=case.opened_at,
        updated_at=case.updated_at,
    )


def _finding(found: cases.CaseFinding) -> case_schemas.CaseFinding:
    told = found.finding.model_dump(exclude={"verdict_id", "position", "fingerprint"})
    return case_schemas.CaseFinding.model_validate({**told, "is_new": found.is_new, "decided": found.decided})


def _signed(signed: SignedReview) -> case_schemas.CaseReview:
    return _review(signed.review, signed.reviewer.name)


def _review(review: Review, reviewer: str) -> case_schemas.CaseReview:
    told = review.model_dump(exclude={"reviewer_id", "scope_key", "scope_hash"})
    return case_schemas.CaseReview.model_validate({**told, "reviewer": reviewer, "expression": review.scope_key})


def _capture(capture: Capture) -> case_schemas.CaseCapture:
    return case_schemas.CaseCapture(
        fetched_at=capture.fetched_at, status=capture.status, state=capture.state, error=capture.scan_error
    )
