"""Questions that the tests of the weekly job ask of a store."""

from sqlmodel import col, select

from api.jobs.progress import WeeklyReport
from api.store.kinds import RunState, SourceRunState, TargetState
from api.store.queries.runs import list_runs
from api.store.tables.pages import Capture, SitePage, StoredDocument
from api.store.tables.runs import CrawlTarget, SourceRun
from api.store.tables.verdicts import StoredVerdict
from tests.api.jobs.conftest import Installation


def counts(report: WeeklyReport) -> list[tuple[str, int, int, int, int]]:
    """Give source, pages, changed, new flags and failed of each source of a report."""
    return [(one.source, one.pages, one.changed, one.new_flags, one.failed) for one in report.sources]


def one_page(installation: Installation, url: str) -> tuple[Capture, StoredDocument]:
    """Give the capture and document of a page that was captured once."""
    found = installation.look(
        lambda session: session.exec(
            select(Capture, StoredDocument)
            .join(StoredDocument, col(Capture.document_id) == StoredDocument.id)
            .where(Capture.final_url == url)
        ).one()
    )
    return found[0], found[1]


def count(installation: Installation, table: type[Capture] | type[StoredVerdict] | type[SitePage]) -> int:
    """Count the rows of a table."""
    return installation.look(lambda session: len(session.exec(select(table)).all()))


def states(installation: Installation) -> dict[str, SourceRunState]:
    """Give the state of each source's visit."""
    return installation.look(lambda session: {visit.source: visit.state for visit in session.exec(select(SourceRun))})


def run_states(installation: Installation) -> list[RunState]:
    """Give the states of the runs, the latest first."""
    return installation.look(lambda session: [detail.run.state for detail in list_runs(session)])


def failures(installation: Installation) -> dict[str, str]:
    """Give path to reason of the URLs that failed."""
    rows = installation.look(
        lambda session: session.exec(
            select(CrawlTarget.url, CrawlTarget.reason).where(CrawlTarget.state == TargetState.FAILED)
        ).all()
    )
    return {"/" + url.rpartition("/")[2]: reason for url, reason in rows}
