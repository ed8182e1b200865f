"""After a run the store knows which sites have one operator and which pages one text."""

import random

from sqlmodel import select

from api.services.clusters import Grouped, refresh_prints, regroup
from api.store.engine import reading
from api.store.queries.likeness import list_unprinted
from api.store.queries.similar import Similar, list_alike, list_clusters, read_similar
from api.store.tables.likeness import PageMark
from tests.api.world import Said, World

SHOP, MIRROR, BAKERY = "http://shop.example/k", "http://www.mirror.example/k", "http://bakery.example/"
TEXT = " ".join(random.Random(5).choices([f"word{number}" for number in range(900)], k=120))
OFFER = f"Shop\nketamine 10 g\nTelegram @lanternrow\n{TEXT}"
SAID = [Said("ketamine 10 g")]


def similar(world: World, url: str) -> Similar:
    with reading(world.engine) as session:
        return read_similar(session, world.page(url))


def test_sites_with_one_handle_and_pages_with_one_text_are_found(world: World) -> None:
    world.visit({SHOP: (OFFER, SAID), BAKERY: ("Bread\nfrom eight to six", [])})
    world.visit({MIRROR: (OFFER.replace("Shop", "Mirror"), SAID)})
    assert regroup(world.engine, world.blobs) == Grouped(operators=1, texts=1)
    found = similar(world, SHOP)
    (kin,), (twin,) = found.kin, found.twins
    assert (kin.site, kin.is_direct, kin.worst) == ("mirror.example", True, world.case(MIRROR))
    assert [reason["shown"] for reason in kin.links[0].reasons] == ["Telegram @lanternrow"]
    assert (twin.page.url, twin.case) == (MIRROR, world.case(MIRROR))
    assert 0.8 <= twin.likeness <= 1
    assert similar(world, BAKERY).count == 0


def test_hosts_below_one_name_are_one_site_and_hide_no_link_by_their_number(world: World) -> None:
    flood = {f"http://h{number}.flood.example/": ("Flood\nTelegram @lanternrow", []) for number in range(60)}
    world.visit(flood)
    assert regroup(world.engine, world.blobs) == Grouped(operators=0, texts=0)
    world.visit({SHOP: (OFFER, SAID)})
    assert regroup(world.engine, world.blobs) == Grouped(operators=1, texts=0)
    assert [kin.site for kin in similar(world, SHOP).kin] == ["flood.example"]


def test_a_site_two_links_away_is_named_with_the_links_it_has(world: World) -> None:
    world.visit(
        {
            SHOP: ("Shop\nTelegram @lanternrow", []),
            MIRROR: ("Mirror\nTelegram @lanternrow\nmail jo@harbor.example", []),
            BAKERY: ("Bread\nmail jo@harbor.example", []),
        }
    )
    regroup(world.engine, world.blobs)
    assert [(kin.site, kin.is_direct) for kin in similar(world, SHOP).kin] == [
        ("mirror.example", True),
        ("bakery.example", False),
    ]


def test_what_is_no_longer_on_a_page_joins_nothing_any_more(world: World) -> None:
    world.visit({SHOP: (OFFER, SAID), MIRROR: (OFFER, SAID)})
    regroup(world.engine, world.blobs)
    world.visit({MIRROR: ("Mirror\nclosed for good", [])})
    assert regroup(world.engine, world.blobs) == Grouped(operators=0, texts=0)
    assert similar(world, SHOP).count == 0


def test_only_what_is_new_is_read_again(world: World) -> None:
    world.visit({SHOP: (OFFER, SAID), MIRROR: (OFFER, SAID)})
    refresh_prints(world.engine, world.blobs)
    with reading(world.engine) as session:
        assert list_unprinted(session, "", 10) == []
    world.visit({SHOP: ("Shop\nanother text", [])})
    with reading(world.engine) as session:
        assert [page.url for page, _ in list_unprinted(session, "", 10)] == [SHOP]


def test_grouping_twice_gives_the_same_groups(world: World) -> None:
    world.visit({SHOP: (OFFER, SAID), MIRROR: (OFFER, SAID)})
    told = []
    for _ in range(2):
        regroup(world.engine, world.blobs)
        with reading(world.engine) as session:
            told.append(([one[:2] for one in list_clusters(session)], [one[0] for one in list_alike(session)]))
    assert told[0] == told[1]


def test_a_lost_text_costs_its_page_the_comparison_and_nothing_else(world: World) -> None:
    world.visit({SHOP: (OFFER, SAID), MIRROR: (OFFER, SAID)})
    for file in world.blobs.folder.rglob("*"):
        if file.is_file():
            file.unlink()
    assert regroup(world.engine, world.blobs) == Grouped(operators=1, texts=0)


def test_text_that_no_database_can_hold_is_kept_all_the_same(world: World) -> None:
    world.visit({SHOP: ("Shop\x00\ud800\nmail jo@harbor.example", []), BAKERY: ("Bread \x00", [])})
    regroup(world.engine, world.blobs)
    with reading(world.engine) as session:
        assert session.exec(select(PageMark.shown)).all() == ["jo@harbor.example"]


def test_an_empty_store_has_no_groups(world: World) -> None:
    assert regroup(world.engine, world.blobs) == Grouped(operators=0, texts=0)
