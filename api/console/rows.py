"""Rows of the queue: what a reviewer reads before opening a case."""

from dataclasses import dataclass
from datetime import datetime

from api.console import phrases
from api.console.addresses import host_and_path
from api.console.emphasis import excerpt, telling_words
from api.store.kinds import CaseState
from api.store.queries.queue import QueueRow
from classifier.labels import Family, Severity
from classifier.page import at_prevalence


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One row; `waiting_since` is when it came into the queue, `why` says why it is there."""

    id: str
    title: str
    host: str
    path: str
    severity: Severity
    families: tuple[Family, ...]
    quote: str
    words: tuple[str, ...]
    substances: tuple[str, ...]
    probability: float
    why: str
    is_back: bool
    state: CaseState
    waiting_since: datetime


def queue_item(row: QueueRow, prevalence: float) -> QueueItem:
    """Give the row for a case, its probability at the prevalence that is set."""
    finding = row.strongest
    words = () if finding is None else telling_words(finding.reasons)
    host, path = host_and_path(row.page.url)
    flags = ((Family.ILLICIT_SALE, row.case.is_illicit_sale), (Family.UNSUPPORTED_CLAIM, row.case.is_unsupported_claim))
    return QueueItem(
        id=row.case.id,
        title=row.page.title.strip() or "Page without a title",
        host=host,
        path=path,
        severity=list(Severity)[row.case.severity_rank],
        families=tuple(family for family, is_flagged in flags if is_flagged),
        quote="" if finding is None else excerpt(finding.quote, words),
        words=words,
        substances=tuple(row.verdict.substances),
        probability=at_prevalence(row.case.probability, prevalence),
        why=phrases.WHY[row.case.why],
        is_back=row.case.why.is_return,
        state=row.case.state,
        waiting_since=row.case.updated_at,
    )
