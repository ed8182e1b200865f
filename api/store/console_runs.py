"""What the console shows of one run beyond its counts: the pages it flagged and those it could not have."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.kinds import CaptureState, TargetState
from api.store.tables.cases import Case
from api.store.tables.pages import Capture, SitePage
from api.store.tables.runs import CrawlTarget, SourceRun
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Severity


@dataclass(frozen=True, slots=True)
class FlaggedPage:
    """A page on which a run found something, with its case and what the run's verdict said."""

    page: SitePage
    case: Case
    verdict: StoredVerdict


def flagged_pages(session: Session, run_id: str, limit: int = 100) -> tuple[FlaggedPage, ...]:
    """List the pages on which a run's verdicts found something, those that stand highest in the queue first."""
    found = session.exec(
        select(SitePage, Case, StoredVerdict)
        .join(Capture, col(Capture.page_id) == SitePage.id)
        .join(StoredVerdict, col(Capture.verdict_id) == StoredVerdict.id)
        .join(Case, col(Case.page_id) == SitePage.id)
        .where(Capture.run_id == run_id, col(StoredVerdict.severity) != Severity.NONE)
        .order_by(col(Case.severity_rank).desc(), col(Case.probability).desc(), col(Case.id).desc())
        .limit(limit)
    )
    return tuple(FlaggedPage(page, case, verdict) for page, case, verdict in found)


def failed_targets(session: Session, run_id: str, limit: int = 200) -> tuple[tuple[str, CrawlTarget], ...]:
    """List the addresses a run could not fetch, each with its source, by source and in the order they were found."""
    found = session.exec(
        select(SourceRun.source, CrawlTarget)
        .join(CrawlTarget, col(CrawlTarget.source_run_id) == SourceRun.id)
        .where(SourceRun.run_id == run_id, col(CrawlTarget.state) == TargetState.FAILED)
        .order_by(SourceRun.source, col(CrawlTarget.position))
        .limit(limit)
    )
    return tuple((source, target) for source, target in found)


def unreadable_captures(session: Session, run_id: str, limit: int = 200) -> tuple[Capture, ...]:
    """List what a run captured and could not read."""
    return tuple(
        session.exec(
            select(Capture)
            .where(Capture.run_id == run_id, col(Capture.state) == CaptureState.UNREADABLE)
            .order_by(col(Capture.fetched_at), Capture.id)
            .limit(limit)
        )
    )
