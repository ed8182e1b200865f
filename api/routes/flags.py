"""Flagged pages, gravest first, in pages that cost the same however deep they lie."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import case_schemas, schemas
from api.dependencies import MAY_READ, At
from api.routes.documented import WITH_KEY, problems
from api.services.lookups import last_decisions
from api.store.cursors import read_cursor, write_cursor
from api.store.engine import reading
from api.store.kinds import CaseState
from api.store.queries.listings import ListedReview
from api.store.queries.queue import QueueFilter, QueueRow, list_queue
from api.store.tables.verdicts import StoredFinding
from classifier.labels import Outcome

router = APIRouter(tags=["flags"])


@router.get("/v1/flags", dependencies=[MAY_READ], responses=problems(400, *WITH_KEY), summary="List flagged pages")
def list_flags(service: At, asked: Annotated[case_schemas.FlagQuery, Query()]) -> case_schemas.Flags:
    """List pages judged a violation, by severity and then probability; `outcome` and the other filters change that.

    Pass `next` as `cursor` for the following page. A page that changes its place while you read may come twice or
    not at all; `since` finds what changed. Needs the scope `flags`; costs one unit.
    """
    after = read_cursor(asked.cursor, service.cursor_key) if asked.cursor else None
    with reading(service.engine) as session:
        found = list_queue(session, _wanted(asked), after=after, limit=asked.limit)
        decisions = last_decisions(session, [row.case.id for row in found.rows])
    flags = [_flag(row, decisions.get(row.case.id)) for row in found.rows]
    return case_schemas.Flags(
        flags=flags, next=None if found.end is None else write_cursor(found.end, service.cursor_key)
    )


def decided(review: ListedReview) -> schemas.Decided:
    """Give a final review as it goes over the wire."""
    return schemas.Decided(
        decision=review.decision,
        scope=review.scope,
        expression=review.scope_key,
        decided_at=review.created_at,
        case_id=review.case_id,
    )


def _wanted(asked: case_schemas.FlagQuery) -> QueueFilter:
    return QueueFilter(
        states=(asked.state,) if isinstance(asked.state, CaseState) else (),
        outcome=asked.outcome if isinstance(asked.outcome, Outcome) else None,
        family=asked.family,
        least_severity=asked.severity,
        source=asked.source,
        updated_since=asked.since,
    )


def _flag(row: QueueRow, decision: ListedReview | None) -> case_schemas.Flag:
    case, page, verdict = row.case, row.page, row.verdict
    return case_schemas.Flag(
        case_id=case.id,
        url=page.url,
        lookup_key=page.lookup_key,
        title=page.title,
        language=page.language,
        source=page.source,
        outcome=verdict.outcome,
        severity=verdict.severity,
        families=verdict.families,
        flagged=verdict.flagged,
        substances=verdict.substances,
        strongest=None if row.strongest is None else _quote(row.strongest),
        state=case.state,
        why=case.why,
        decision=None if decision is None else decided(decision),
        opened_at=case.opened_at,
        updated_at=case.updated_at,
    )


def _quote(finding: StoredFinding) -> case_schemas.Quote:
    return case_schemas.Quote(label=finding.label, severity=finding.severity, quote=finding.quote, score=finding.score)
