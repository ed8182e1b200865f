"""Icons of hosts: what was asked for, and what came."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.store.tables.likeness import HostIcon, PageMark, PagePrint
from api.store.tables.pages import SitePage


def host_icon(session: Session, host: str) -> HostIcon | None:
    """Give what is known of a host's icon."""
    return session.get(HostIcon, host)


def note_asked(session: Session, host: str, url: str, now: datetime) -> HostIcon:
    """Record that a host's icon is asked for; what is known of the one at another address is forgotten."""
    row = session.get(HostIcon, host) or HostIcon(host=host, url=url, source_run_id="", asked_at=now)
    if row.url != url:
        row.url, row.etag, row.last_modified = url, "", ""
    row.asked_at = now
    session.add(row)
    session.flush()
    return row


def keep_icon(session: Session, row: HostIcon, sha256: str, size: int) -> None:
    """Keep the digest of a host's icon; where it is another one, the marks of the host's pages are to be made anew."""
    if row.sha256 != sha256:
        pages = select(SitePage.id).where(SitePage.host == row.host)
        session.execute(delete(PageMark).where(col(PageMark.page_id).in_(pages)))
        session.execute(delete(PagePrint).where(col(PagePrint.page_id).in_(pages)))
    row.sha256, row.size = sha256, size
    session.add(row)
    session.flush()
