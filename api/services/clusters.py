"""After a run: prints and marks of what is new, then which sites have one operator and which pages one text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from api.exceptions import BlobDamaged, BlobMissing
from api.services.alike_texts import group_texts
from api.services.operators import Operator, find_operators
from api.store.blobs import BlobStore
from api.store.commands.icons import host_icon
from api.store.commands.likeness import replace_groups, save_print
from api.store.engine import reading, writing
from api.store.ids import derived_id
from api.store.queries.likeness import (
    captured_sha256,
    count_comparable,
    count_marks,
    count_pages,
    iterate_signed,
    list_shared,
    list_unprinted,
)
from api.store.tables.likeness import AlikePage, PagePrint, SiteLink, SiteMember
from api.store.tables.pages import SitePage, StoredDocument
from crawler.canonical import lookup_key, site_of
from crawler.exceptions import UrlInvalid
from crawler.extraction.marks import Mark, find_marks
from crawler.icons import icon_url
from crawler.items import Block, Signal
from crawler.likeness import PERMUTATIONS, shingles, signature

FEWEST_SHINGLES = 12
BATCH = 200
# Such pages say the same everywhere, whoever runs them.
SAYING_NOTHING = frozenset({"parked", "log_in", "empty", "not_html", "not_read", "scripted"})
_SIGNATURE = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many operators with several sites were found, and how many texts on several sites."""

    operators: int
    texts: int


def regroup(engine: Engine, blobs: BlobStore) -> Grouped:
    """Bring prints and marks up to date and group anew; reads what is new, and every print and shared mark."""
    refresh_prints(engine, blobs)
    with reading(engine) as session:
        pages = count_pages(session)
        operators = find_operators(list_shared(session), count_marks(session), _by_site(pages))
        alike = _alike(session)
    with writing(engine) as session:
        replace_groups(session, _members(operators, pages), _links(operators), alike)
    return Grouped(len(operators), len({page.group_id for page in alike}))


def refresh_prints(engine: Engine, blobs: BlobStore) -> None:
    """Make the prints and marks of every page whose latest document has none yet."""
    after = ""
    while True:
        with reading(engine) as session:
            batch = list_unprinted(session, after, BATCH)
            made = [(_print(blobs, page, document), _marks(session, page, document)) for page, document in batch]
        if not made:
            return
        with writing(engine) as session:
            for row, marks in made:
                save_print(session, row, marks)
        after = made[-1][0].page_id


def _print(blobs: BlobStore, page: SitePage, document: StoredDocument) -> PagePrint:
    prints = shingles("" if SAYING_NOTHING & set(document.not_seen) else _text(blobs, document))
    written = signature(prints).astype(_SIGNATURE).tobytes()
    return PagePrint(page_id=page.id, document_id=document.id, shingles=len(prints), signature=written)


def _text(blobs: BlobStore, document: StoredDocument) -> str:
    """The text, without which a page is like no other; that it is lost is told where people look at it."""
    try:
        return blobs.load_text(document.text_sha256)
    except (BlobMissing, BlobDamaged):
        return ""


def _marks(session: Session, page: SitePage, document: StoredDocument) -> Sequence[Mark]:
    signals = [
        Signal(str(row["kind"]), str(row["value"]), int(row["start"]), int(row["end"])) for row in document.signals
    ]
    blocks = [
        Block(int(row["start"]), int(row["end"]), str(row["kind"]), str(row["region"]), str(row["tag"]))
        for row in document.blocks
    ]
    attributes = dict(document.attributes)
    if "icon_sha256" not in attributes and (digest := _icon_sha256(session, page, attributes.get("icon", ""))):
        attributes["icon_sha256"] = digest
    return find_marks(page.url, signals, blocks, attributes)


def _icon_sha256(session: Session, page: SitePage, declared: str) -> str:
    """The hash of an icon's bytes where they were fetched, as the host's icon or as a page; "" otherwise."""
    url = icon_url(page.url, declared)
    known = host_icon(session, page.host)
    if known is not None and known.url == url and known.sha256:
        return known.sha256
    try:
        return captured_sha256(session, lookup_key(url)) if url else ""
    except UrlInvalid:
        return ""


def _alike(session: Session) -> list[AlikePage]:
    signatures = np.empty((count_comparable(session, FEWEST_SHINGLES), PERMUTATIONS), _SIGNATURE)
    pages, sites = [], []
    for number, signed in enumerate(iterate_signed(session, FEWEST_SHINGLES)):
        signatures[number] = np.frombuffer(signed.signature, _SIGNATURE)
        pages.append(signed.page_id)
        sites.append(signed.site)
    return [
        AlikePage(page_id=pages[one.number], group_id=pages[group[0].number], likeness=one.likeness)
        for group in group_texts(signatures, sites)
        for one in group
    ]


def _by_site(pages: Mapping[str, int]) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for host, count in pages.items():
        counted[site_of(host)] += count
    return counted


def _members(operators: Sequence[Operator], hosts: Iterable[str]) -> list[SiteMember]:
    hosts_of: defaultdict[str, list[str]] = defaultdict(list)
    for host in sorted(hosts):
        hosts_of[site_of(host)].append(host)
    return [
        SiteMember(site=site, cluster_id=_cluster_id(one), hosts=hosts_of[site])
        for one in operators
        for site in one.sites
    ]


def _links(operators: Sequence[Operator]) -> list[SiteLink]:
    return [
        SiteLink(
            id=derived_id("site_link", link.site, link.other_site),
            cluster_id=_cluster_id(one),
            site=link.site,
            other_site=link.other_site,
            weight=link.weight,
            reasons=[asdict(reason) for reason in link.reasons],
        )
        for one in operators
        for link in one.links
    ]


def _cluster_id(operator: Operator) -> str:
    return derived_id("cluster", operator.sites[0])
