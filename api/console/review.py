"""Takes a reviewer's decision on a case; one that cannot be taken comes back with all that was typed."""

from collections.abc import Mapping

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from api.console.case import case_page, go_on
from api.console.case_view import Typed, next_case
from api.console.filters import read_wanted
from api.console.forms import Form
from api.console.reasons import note_with_reason
from api.console.route import ConsoleRoute
from api.console.visitor import At, CheckedForm, Here
from api.exceptions import ReviewConflict, ReviewInvalid
from api.services.reviews import NewReview, record_review
from api.store.engine import writing
from api.store.kinds import Decision, Scope
from api.store.queries.cases import read_case
from api.store.tables.verdicts import StoredFinding

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

FINDING = "finding-"
MOST_DIGITS = 10


@router.post("/cases/{case_id}/reviews")
def add_review(request: Request, here: At, form: CheckedForm, case_id: str) -> Response:
    """Record the decision and go on to the next case of the queue it was opened from."""
    wanted = read_wanted(form)
    following = next_case(here, read_case(here.session, here.desk.blobs, case_id), wanted)
    try:
        _record(here, case_id, form)
    except ReviewConflict as problem:
        return _shown_again(request, here, case_id, form, str(problem), 409)
    except ReviewInvalid as problem:
        return _shown_again(request, here, case_id, form, str(problem), 422)
    return go_on(following, wanted, done=case_id)


def _record(here: Here, case_id: str, form: Form) -> None:
    new = _new_review(case_id, form)
    with writing(here.desk.engine) as session:
        record_review(session, here.visitor.reviewer, new, now=here.now)


def _new_review(case_id: str, form: Form) -> NewReview:
    decision = _decision(form.get("decision", ""))
    if decision is None:
        raise ReviewInvalid("choose an outcome for the case: confirm, overturn, unsure or escalate")
    scope = form.get("scope", Scope.URL.value)
    if scope not in list(Scope):
        raise ReviewInvalid("choose how far the decision reaches: this page, its folder or the whole host")
    findings = {id_: said for id_, value in _said(form).items() if (said := _decision(value)) is not None}
    return NewReview(
        case_id=case_id,
        verdict_id=form.get("verdict", ""),
        decision=decision,
        findings=findings,
        note=note_with_reason(decision, form.get("reason", ""), form.get("note", "").replace("\r\n", "\n")),
        scope=Scope(scope),
        seen_number=_seen_number(form.get("seen", "")),
    )


def _seen_number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < MOST_DIGITS else None


def _shown_again(request: Request, here: Here, case_id: str, form: Form, problem: str, status: int) -> Response:
    # A reading session sees the store as it was when it began; what changed meanwhile needs a new one.
    here.session.rollback()
    here.session.expire_all()
    typed = Typed(
        findings=_by_fingerprint(here.session, _said(form)),
        decision=form.get("decision", ""),
        reason=form.get("reason", ""),
        scope=form.get("scope", Scope.URL.value),
        note=form.get("note", ""),
    )
    sentence = f"{problem[:1].upper()}{problem[1:]}. What you see now is the newest, and nothing you typed is lost."
    return case_page(request, here, case_id, read_wanted(form), typed=typed, problem=sentence, status=status)


def _by_fingerprint(session: Session, said: Mapping[str, str]) -> dict[str, str]:
    found = ((session.get(StoredFinding, id_), value) for id_, value in said.items())
    return {finding.fingerprint: value for finding, value in found if finding is not None}


def _said(form: Form) -> dict[str, str]:
    return {name.removeprefix(FINDING): value for name, value in form.items() if name.startswith(FINDING)}


def _decision(value: str) -> Decision | None:
    return Decision(value) if value in list(Decision) else None
