"""The frontier of a source run: which URLs wait, which were answered, which failed."""

import re
from collections.abc import Callable, Iterable

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.store.columns import is_storable
from api.store.ids import derived_id
from api.store.kinds import TargetState
from api.store.loading import load_rows
from api.store.tables.runs import CrawlTarget
from crawler.items import FetchFailure, Target

MOST_ATTEMPTS = 3
# What may be over an hour later; a page that is gone or forbidden stays so until the next visit.
PASSING = re.compile(r"timeout|paused|dns|connection|error|dropped|fetcher_died|http_(?:429|5\d\d)")


def add_targets(
    session: Session, source_run_id: str, targets: Iterable[Target], *, most: int, admit: Callable[[Target], bool]
) -> tuple[CrawlTarget, ...]:
    """Queue targets the frontier does not hold yet and `admit` lets in, up to `most` in all; gives the new ones."""
    wanted: dict[str, Target] = {}
    for target in targets:
        wanted.setdefault(target_id(source_run_id, target.url), target)
    if not wanted:
        return ()
    taken = count_targets(session, source_run_id)
    held = load_rows(session, CrawlTarget, wanted) if taken < most else {}
    added: list[CrawlTarget] = []
    for row_id, target in wanted.items():
        if (position := taken + len(added)) >= most:
            break
        if row_id not in held and is_storable(target.url) and admit(target):
            row = CrawlTarget(
                id=row_id, source_run_id=source_run_id, url=target.url, depth=target.depth, position=position
            )
            added.append(row)
    session.add_all(added)
    session.flush()
    return tuple(added)


def load_targets(session: Session, source_run_id: str, urls: Iterable[str]) -> dict[str, CrawlTarget]:
    """Give the rows of URLs that the frontier holds, by URL."""
    rows = load_rows(session, CrawlTarget, (target_id(source_run_id, url) for url in urls))
    return {row.url: row for row in rows.values()}


def count_targets(session: Session, source_run_id: str, state: TargetState | None = None) -> int:
    """Count the URLs of a frontier, all or those in one state."""
    statement = select(func.count()).select_from(CrawlTarget).where(CrawlTarget.source_run_id == source_run_id)
    if state is not None:
        statement = statement.where(col(CrawlTarget.state) == state)
    return session.exec(statement).one()


def list_pending(session: Session, source_run_id: str) -> tuple[CrawlTarget, ...]:
    """List the URLs that wait, in the order in which they were found."""
    return _list(session, source_run_id, TargetState.PENDING)


def list_urls(session: Session, source_run_id: str) -> tuple[str, ...]:
    """List every URL of a frontier."""
    return tuple(session.exec(select(CrawlTarget.url).where(CrawlTarget.source_run_id == source_run_id)))


def list_failed(session: Session, source_run_id: str) -> tuple[CrawlTarget, ...]:
    """List the URLs that gave no page, in the order in which they were found."""
    return _list(session, source_run_id, TargetState.FAILED)


def passing_failures(session: Session, source_run_id: str) -> tuple[CrawlTarget, ...]:
    """List the failed URLs that another try may still get."""
    failed = list_failed(session, source_run_id)
    return tuple(row for row in failed if row.attempts < MOST_ATTEMPTS and PASSING.fullmatch(row.reason))


def queue_again(session: Session, targets: Iterable[CrawlTarget]) -> None:
    """Let failed URLs wait once more."""
    for target in targets:
        target.state = TargetState.PENDING
        session.add(target)
    session.flush()


def note_attempt(session: Session, target: CrawlTarget, failure: FetchFailure) -> None:
    """Count a try that ended with the fetcher itself; the URL waits on until it has had MOST_ATTEMPTS."""
    mark_failed(session, target, failure)
    if target.attempts < MOST_ATTEMPTS:
        target.state = TargetState.PENDING
        session.flush()


def mark_fetched(session: Session, target: CrawlTarget) -> None:
    """Record that a URL was answered with a page."""
    target.state = TargetState.FETCHED
    target.attempts += 1
    target.reason = target.detail = ""
    session.add(target)


def mark_failed(session: Session, target: CrawlTarget, failure: FetchFailure, *, was_asked: bool = True) -> None:
    """Record why a URL gave no page; one that was not even asked for keeps its tries."""
    target.state = TargetState.FAILED
    target.attempts += was_asked
    target.reason, target.detail = failure.reason, failure.detail
    session.add(target)


def _list(session: Session, source_run_id: str, state: TargetState) -> tuple[CrawlTarget, ...]:
    return tuple(
        session.exec(
            select(CrawlTarget)
            .where(CrawlTarget.source_run_id == source_run_id, col(CrawlTarget.state) == state)
            .order_by(col(CrawlTarget.position))
        )
    )


def target_id(source_run_id: str, url: str) -> str:
    """Give the id of a URL within a source run."""
    return derived_id("target", source_run_id, url)
