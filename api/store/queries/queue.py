"""The queue: cases by severity and probability, filtered, in keyset pages that cost the same however deep they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, col, select

from api.store.kinds import CaseState, Why
from api.store.tables.cases import Case
from api.store.tables.pages import SitePage
from api.store.tables.verdicts import StoredFinding, StoredVerdict
from classifier.labels import Family, Outcome, Severity

MOST_ROWS = 200
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What to list; an empty field leaves everything in. each word of `text` has to occur in URL, title or a quote."""

    states: tuple[CaseState, ...] = (CaseState.OPEN,)
    outcome: Outcome | None = None
    family: Family | None = None
    least_severity: Severity | None = None
    why: Why | None = None
    source: str = ""
    language: str = ""
    text: str = ""
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands in the order of the queue."""

    severity_rank: int
    probability: float
    case_id: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case with what a reviewer reads first; `strongest` is its gravest and most probable finding, if any."""

    case: Case
    page: SitePage
    verdict: StoredVerdict
    strongest: StoredFinding | None


@dataclass(frozen=True, slots=True)
class QueueSlice:
    """One page of the queue; `end` is where the next one goes on from, None after the last."""

    rows: tuple[QueueRow, ...]
    end: Position | None


def list_queue(session: Session, wanted: QueueFilter, *, after: Position | None = None, limit: int = 50) -> QueueSlice:
    """List cases after a position, gravest first; at most MOST_ROWS."""
    limit = max(1, min(limit, MOST_ROWS))
    statement = (
        select(Case, SitePage, StoredVerdict)
        .join(SitePage, col(Case.page_id) == SitePage.id)
        .join(StoredVerdict, col(Case.verdict_id) == StoredVerdict.id)
        .where(*_conditions(wanted), *([] if after is None else [_is_after(after)]))
        .order_by(col(Case.severity_rank).desc(), col(Case.probability).desc(), col(Case.id).desc())
        .limit(limit + 1)
    )
    found = session.exec(statement).all()
    strongest = _strongest(session, [verdict.id for _, _, verdict in found])
    rows = tuple(QueueRow(case, page, verdict, strongest.get(verdict.id)) for case, page, verdict in found[:limit])
    return QueueSlice(rows, position(rows[-1].case) if len(found) > limit else None)


def count_cases(session: Session) -> dict[CaseState, int]:
    """Count the cases in each state."""
    counted = dict(session.exec(select(Case.state, func.count()).group_by(col(Case.state))).all())
    return {state: counted.get(state, 0) for state in CaseState}


def position(case: Case) -> Position:
    """Give a case's place in the order of the queue."""
    return Position(case.severity_rank, case.probability, case.id)


def _is_after(place: Position) -> ColumnElement[bool]:
    rank, probability, case_id = col(Case.severity_rank), col(Case.probability), col(Case.id)
    # The first comparison repeats what follows, in the form that both databases turn into an index range.
    return and_(
        rank <= place.severity_rank,
        or_(
            rank < place.severity_rank,
            probability < place.probability,
            and_(probability == place.probability, case_id < place.case_id),
        ),
    )


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(col(Case.state).in_(wanted.states))
    if wanted.outcome is not None:
        found.append(col(Case.outcome) == wanted.outcome)
    if wanted.family is not None:
        sale = wanted.family is Family.ILLICIT_SALE
        found.append(col(Case.is_illicit_sale if sale else Case.is_unsupported_claim).is_(True))
    if wanted.least_severity is not None:
        found.append(col(Case.severity_rank) >= wanted.least_severity.rank)
    if wanted.why is not None:
        found.append(col(Case.why) == wanted.why)
    if wanted.source:
        found.append(col(SitePage.source) == wanted.source)
    if wanted.language:
        found.append(col(SitePage.language) == wanted.language)
    if wanted.updated_since is not None:
        found.append(col(Case.updated_at) >= wanted.updated_since)
    return found + [_contains(word) for word in wanted.text.split()[:MOST_WORDS]]


def _contains(word: str) -> ColumnElement[bool]:
    quoted = exists().where(
        col(StoredFinding.verdict_id) == Case.verdict_id, col(StoredFinding.quote).icontains(word, autoescape=True)
    )
    in_url, in_title = (column.icontains(word, autoescape=True) for column in (col(SitePage.url), col(SitePage.title)))
    return or_(in_url, in_title, quoted)


def _strongest(session: Session, verdict_ids: Sequence[str]) -> dict[str, StoredFinding]:
    findings = session.exec(select(StoredFinding).where(col(StoredFinding.verdict_id).in_(verdict_ids))).all()
    ordered = sorted(findings, key=lambda finding: (finding.severity.rank, finding.score, -finding.position))
    return {finding.verdict_id: finding for finding in ordered}
