"""What groups of pages and sites are made of: documents without prints, marks that sites share, signatures."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func
from sqlalchemy import select as wide_select
from sqlmodel import Session, col, select

from api.store.scopes import scope_hash
from api.store.tables.likeness import PageMark, PagePrint
from api.store.tables.pages import Capture, PageAddress, SitePage, StoredDocument
from api.store.tables.verdicts import StoredVerdict
from crawler.canonical import site_of

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """A mark on a site: on how many of its pages it stands, and whether among the site's own contacts."""

    key: str
    site: str
    kind: str
    shown: str
    pages: int
    is_contact: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A page's signature."""

    page_id: str
    site: str
    signature: bytes


def list_unprinted(session: Session, after: str, limit: int) -> list[tuple[SitePage, StoredDocument]]:
    """List pages behind the id `after` whose latest document has no print yet, by id."""
    return list(
        session.exec(
            select(SitePage, StoredDocument)
            .join(StoredVerdict, col(StoredVerdict.id) == SitePage.latest_verdict_id)
            .join(StoredDocument, col(StoredDocument.id) == StoredVerdict.document_id)
            .outerjoin(PagePrint, col(PagePrint.page_id) == SitePage.id)
            .where(col(SitePage.id) > after)
            .where(col(PagePrint.document_id).is_distinct_from(StoredDocument.id))
            .order_by(SitePage.id)
            .limit(limit)
        )
    )


def captured_sha256(session: Session, lookup_key: str) -> str:
    """Give the SHA-256 of the newest bytes captured at an address; "" when there are none."""
    statement = (
        select(Capture.blob_sha256)
        .join(SitePage, col(SitePage.latest_capture_id) == Capture.id)
        .join(PageAddress, col(PageAddress.page_id) == SitePage.id)
        .where(PageAddress.id == scope_hash(lookup_key))
    )
    return session.exec(statement).first() or ""


def list_shared(session: Session) -> list[Sighting]:
    """List where the marks stand that more than one host has."""
    hosts = func.count(func.distinct(SitePage.host))
    shared = select(PageMark.key).join(SitePage, col(SitePage.id) == PageMark.page_id)
    shared = shared.group_by(col(PageMark.key)).having(hosts > 1)
    statement = (
        wide_select(
            col(PageMark.key),
            col(SitePage.host),
            func.min(PageMark.kind),
            func.min(PageMark.shown),
            func.count(),
            func.max(cast(col(PageMark.is_contact), Integer)),
        )
        .join(SitePage, col(SitePage.id) == PageMark.page_id)
        .where(col(PageMark.key).in_(shared))
        .group_by(col(PageMark.key), col(SitePage.host))
        .order_by(col(PageMark.key), col(SitePage.host))
    )
    return [
        Sighting(key, site_of(host), kind, shown, pages, bool(is_contact))
        for key, host, kind, shown, pages, is_contact in session.execute(statement)
    ]


def count_marks(session: Session) -> dict[tuple[str, str], int]:
    """Count the different marks of each site (the most of its hosts) and kind."""
    statement = select(SitePage.host, PageMark.kind, func.count(func.distinct(PageMark.key)))
    statement = statement.join(SitePage, col(SitePage.id) == PageMark.page_id)
    counted: dict[tuple[str, str], int] = {}
    for host, kind, count in session.exec(statement.group_by(SitePage.host, col(PageMark.kind))):
        place = site_of(host), kind
        counted[place] = max(count, counted.get(place, 0))
    return counted


def count_pages(session: Session) -> dict[str, int]:
    """Count the pages of each host that have prints."""
    statement = select(SitePage.host, func.count()).join(PagePrint, col(PagePrint.page_id) == SitePage.id)
    return dict(session.exec(statement.group_by(SitePage.host)).all())


def count_comparable(session: Session, fewest: int) -> int:
    """Count the pages whose text has that many shingles."""
    return session.exec(select(func.count()).select_from(PagePrint).where(PagePrint.shingles >= fewest)).one()


def iterate_signed(session: Session, fewest: int) -> Iterator[Signed]:
    """Go through the signatures of texts with that many shingles, the pages first seen first."""
    statement = (
        select(PagePrint.page_id, SitePage.host, PagePrint.signature)
        .join(SitePage, col(SitePage.id) == PagePrint.page_id)
        .where(PagePrint.shingles >= fewest)
        .order_by(col(SitePage.first_seen_at), SitePage.id)
    )
    for page_id, host, signature in session.exec(statement.execution_options(yield_per=BATCH)):
        yield Signed(page_id, site_of(host), signature)
