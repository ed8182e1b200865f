"""Keeps the prints and marks of pages, and the groups made of them."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col

from api.store.ids import derived_id
from api.store.tables.base import Row
from api.store.tables.likeness import AlikePage, PageMark, PagePrint, SiteLink, SiteMember
from crawler.extraction.marks import Mark


def save_print(session: Session, row: PagePrint, marks: Sequence[Mark]) -> None:
    """Keep what a page's newest document tells in place of what an older one told."""
    session.execute(delete(PageMark).where(col(PageMark.page_id) == row.page_id))
    session.merge(row)
    for mark in marks:
        key = derived_id(mark.kind, mark.value)
        session.add(
            PageMark(
                id=derived_id(row.page_id, key),
                page_id=row.page_id,
                key=key,
                kind=mark.kind,
                shown=mark.shown,
                is_contact=mark.is_contact,
            )
        )
    session.flush()


def replace_groups(
    session: Session, members: Sequence[SiteMember], links: Sequence[SiteLink], alike: Sequence[AlikePage]
) -> None:
    """Put the groups just made in place of the last ones."""
    for table in (SiteMember, SiteLink, AlikePage):
        session.execute(delete(table))
    rows: tuple[Sequence[Row], ...] = (members, links, alike)
    for group in rows:
        session.add_all(group)
    session.flush()
