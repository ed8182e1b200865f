"""Asks each host once a visit for the icon that its pages name; what comes is no page and costs no page."""

import hashlib
from collections.abc import Sequence

from sqlmodel import Session, select

from api.jobs.workshop import Workshop
from api.store.columns import is_storable
from api.store.commands.captures import NOT_MODIFIED
from api.store.commands.frontier import target_id
from api.store.commands.icons import host_icon, keep_icon, note_asked
from api.store.tables.likeness import HostIcon
from api.store.tables.pages import StoredDocument
from api.store.tables.runs import CrawlTarget, SourceRun
from crawler.archives.places import is_local
from crawler.icons import MAX_BYTES, icon_url, is_image
from crawler.items import FetchFailure, Page, Target
from crawler.scope import host_of

# The depth of a target that is no page; what the fetcher answers carries it back.
ICON = -1


class Icons:
    """The icons of one visit; they wait in its line, so that robots.txt, lease and pace of their hosts hold.

    is_off: none is asked for, after a fetcher died of what may have been one.
    """

    def __init__(self, shop: Workshop, source_run_id: str, *, is_whole: bool, is_off: bool = False) -> None:
        self._shop = shop
        self._source_run_id = source_run_id
        self._is_whole = is_whole
        self._is_off = is_off
        self._hosts: dict[str, str] = {}
        self._asked: set[str] = set()

    def wanted(self, session: Session, page: Page, document: StoredDocument) -> Sequence[CrawlTarget]:
        """Give the icon that a page names, to wait in the line; none where its host was asked in this visit."""
        host = host_of(page.final_url)
        url = icon_url(page.final_url, document.attributes.get("icon", ""))
        is_in_page = "icon_sha256" in document.attributes
        # What was archived asks nobody now.
        is_page = not is_local(page.url) and (200 <= page.status < 300 or page.status == NOT_MODIFIED)
        if not (is_page and host and url) or is_in_page or "not_html" in document.not_seen:
            return ()
        if self._is_off or host in self._asked:
            return ()
        self._asked.add(host)
        known = host_icon(session, host)
        is_asked = known is not None and known.source_run_id == self._source_run_id
        if is_asked or url in self._hosts or not is_storable(url) or self._is_watched(session, url):
            return ()
        note_asked(session, host, url, self._shop.clock())
        self._hosts[url] = host
        return (CrawlTarget(id=f"icon {host}", source_run_id=self._source_run_id, url=url, depth=ICON, position=ICON),)

    def target(self, row: CrawlTarget) -> Target:
        """Give what to ask for: changes only, where the icon is known."""
        with self._shop.reading() as session:
            known = host_icon(session, self._hosts[row.url])
        if known is None or not known.sha256 or self._is_whole:
            return Target(row.url, ICON, max_bytes=MAX_BYTES)
        return Target(row.url, ICON, known.etag, known.last_modified, max_bytes=MAX_BYTES)

    def keep(self, answer: Page | FetchFailure) -> None:
        """Record what came; an icon that was not had leaves what is known as it is, and is nobody's failure."""
        with self._shop.writing() as session:
            row = host_icon(session, self._hosts.pop(answer.url, ""))
            if isinstance(answer, Page):
                run = session.exec(select(SourceRun).where(SourceRun.id == self._source_run_id)).one()
                run.bytes += answer.sent
            if row is None:
                return
            row.source_run_id = self._source_run_id
            if isinstance(answer, FetchFailure):
                row.detail = f"{answer.reason}: {answer.detail}"
                session.add(row)
            elif answer.status != NOT_MODIFIED:
                _keep(session, row, answer)

    def _is_watched(self, session: Session, url: str) -> bool:
        """An icon that a person watches as a page is captured as one."""
        return session.get(CrawlTarget, target_id(self._source_run_id, url)) is not None


def _keep(session: Session, row: HostIcon, page: Page) -> None:
    row.detail = _no_icon(page)
    if row.detail:
        row.etag = row.last_modified = ""
        keep_icon(session, row, "", 0)
        return
    headers = {name.lower(): value for name, value in page.headers}
    row.etag, row.last_modified = headers.get("etag", ""), headers.get("last-modified", "")
    keep_icon(session, row, hashlib.sha256(page.body).hexdigest(), len(page.body))


def _no_icon(page: Page) -> str:
    """Say why an answer is no icon; empty when it is one."""
    if not 200 <= page.status < 300:
        return f"the server answered {page.status}"
    if page.truncated or len(page.body) > MAX_BYTES:
        return f"it is larger than {MAX_BYTES >> 10} KiB, or broke off"
    return "" if is_image(page.body) else "it is no image"
