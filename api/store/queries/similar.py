"""What is known to be like a page: sites of the same operator with the reasons, pages with the same text."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.store.tables.cases import Case
from api.store.tables.likeness import AlikePage, SiteLink, SiteMember
from api.store.tables.pages import SitePage
from crawler.canonical import site_of

MOST_SITES = 50
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Kin:
    """Another site of the same operator; `links` are those of it with the site asked for, or else with others.

    `worst` is its gravest case, if it has any.
    """

    site: str
    is_direct: bool
    links: tuple[SiteLink, ...]
    worst: Case | None


@dataclass(frozen=True, slots=True)
class Twin:
    """A page with nearly the same text; `likeness` is to the first page of the group."""

    page: SitePage
    likeness: float
    case: Case | None


@dataclass(frozen=True, slots=True)
class Similar:
    """What is like a page that is of `site`; `*_left_out` say how many more there are."""

    site: str
    kin: tuple[Kin, ...]
    twins: tuple[Twin, ...]
    kin_left_out: int = 0
    twins_left_out: int = 0

    @property
    def count(self) -> int:
        """How many sites and pages there are."""
        return len(self.kin) + len(self.twins) + self.kin_left_out + self.twins_left_out


def read_similar(session: Session, page: SitePage) -> Similar:
    """Give what the last comparison found to be like a page; nothing before the first."""
    site = site_of(page.host)
    kin = _kin(session, site)
    twins = _twins(session, page)
    return Similar(
        site,
        kin[:MOST_SITES],
        twins[:MOST_PAGES],
        max(0, len(kin) - MOST_SITES),
        max(0, len(twins) - MOST_PAGES),
    )


def list_clusters(session: Session) -> list[tuple[str, tuple[str, ...], tuple[SiteLink, ...]]]:
    """List every operator of several sites: its id, its sites, its links, the largest first."""
    sites: defaultdict[str, list[str]] = defaultdict(list)
    for member in session.exec(select(SiteMember).order_by(SiteMember.site)):
        sites[member.cluster_id].append(member.site)
    links: defaultdict[str, list[SiteLink]] = defaultdict(list)
    for link in session.exec(select(SiteLink).order_by(SiteLink.site, SiteLink.other_site)):
        links[link.cluster_id].append(link)
    ordered = sorted(sites, key=lambda one: (-len(sites[one]), sites[one][0]))
    return [(one, tuple(sites[one]), tuple(links[one])) for one in ordered]


def list_alike(session: Session) -> list[tuple[str, tuple[Twin, ...]]]:
    """List every group of pages with one text: its id, its pages, the first seen first."""
    groups: defaultdict[str, list[Twin]] = defaultdict(list)
    for alike, page, case in session.exec(
        select(AlikePage, SitePage, Case)
        .join(SitePage, col(SitePage.id) == AlikePage.page_id)
        .outerjoin(Case, col(Case.page_id) == SitePage.id)
        .order_by(AlikePage.group_id, col(SitePage.first_seen_at), SitePage.id)
    ):
        groups[alike.group_id].append(Twin(page, alike.likeness, case))
    return [(one, tuple(twins)) for one, twins in groups.items()]


def _kin(session: Session, site: str) -> tuple[Kin, ...]:
    member = session.get(SiteMember, site)
    if member is None:
        return ()
    others = select(SiteMember).where(SiteMember.cluster_id == member.cluster_id, SiteMember.site != site)
    links: defaultdict[str, list[SiteLink]] = defaultdict(list)
    for link in session.exec(select(SiteLink).where(SiteLink.cluster_id == member.cluster_id)):
        links[link.site].append(link)
        links[link.other_site].append(link)
    members = session.exec(others).all()
    worst = _worst_cases(session, [host for one in members for host in one.hosts])
    kin = []
    for other in (one.site for one in members):
        direct = [link for link in links[other] if site in (link.site, link.other_site)]
        kin.append(Kin(other, bool(direct), tuple(direct or links[other]), worst.get(other)))
    return tuple(sorted(kin, key=lambda one: (not one.is_direct, -max(link.weight for link in one.links), one.site)))


def _worst_cases(session: Session, hosts: Collection[str]) -> dict[str, Case]:
    worst: dict[str, Case] = {}
    for host, case in session.exec(
        select(SitePage.host, Case)
        .join(Case, col(Case.page_id) == SitePage.id)
        .where(col(SitePage.host).in_(hosts))
        .order_by(col(Case.severity_rank), col(Case.probability), Case.id)
    ):
        worst[site_of(host)] = case
    return worst


def _twins(session: Session, page: SitePage) -> tuple[Twin, ...]:
    own = session.get(AlikePage, page.id)
    if own is None:
        return ()
    return tuple(
        Twin(other, alike.likeness, case)
        for alike, other, case in session.exec(
            select(AlikePage, SitePage, Case)
            .join(SitePage, col(SitePage.id) == AlikePage.page_id)
            .outerjoin(Case, col(Case.page_id) == SitePage.id)
            .where(AlikePage.group_id == own.group_id, SitePage.id != page.id)
            .order_by(col(SitePage.first_seen_at), SitePage.id)
        )
    )
