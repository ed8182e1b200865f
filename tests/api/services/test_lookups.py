"""The index answers as the store's own query does; it is read anew when something was committed and not before."""

import asyncio

import pytest
from sqlalchemy import text

from api.services.fresh_index import CHECK_SECONDS, FreshIndex
from api.services.lookups import build_index, without_tracking
from api.store.engine import reading, writing
from api.store.kinds import Decision, Scope
from api.store.queries.listings import ListedReview
from api.store.queries.lookups import find_url
from api.store.tables.cases import Review
from api.store.versions import StoreVersion
from classifier.labels import Severity
from crawler.canonical import lookup_key
from tests.api.serving import HandClock
from tests.api.world import MONDAY, Said, World

BASE = "http://market.example"
FLAGGED = ("Shop\nketamine", [Said("ketamine")])
ASKED = [
    f"{BASE}{path}" for path in ("/", "/a/", "/a/1", "/a/1?x", "/a/2", "/b/1", "/b/2", "/c", "/new", "/gone", "/x/y")
]


def fill(world: World) -> None:
    """Pages in every state a case can have, with decisions of every scope."""
    world.visit({f"{BASE}{path}": FLAGGED for path in ("/", "/a/1", "/a/2", "/b/1", "/b/2", "/new", "/gone", "/x/y")})
    world.visit({f"{BASE}/c": ("Soap", []), f"{BASE}/gone": ("Soap", [])})
    world.review(f"{BASE}/", Decision.OVERTURN, scope=Scope.HOST)
    world.visit({})
    world.review(f"{BASE}/a/1", Decision.CONFIRM, scope=Scope.DIRECTORY)
    world.review(f"{BASE}/a/2", Decision.OVERTURN)
    world.review(f"{BASE}/b/1", Decision.CONFIRM, scope=Scope.DIRECTORY)
    world.review(f"{BASE}/b/1", Decision.UNSURE)
    world.review(f"{BASE}/x/y", Decision.ESCALATE)
    world.review(f"{BASE}/new", Decision.CONFIRM)
    menu = Said("menu", severity=Severity.CRITICAL)
    world.visit({f"{BASE}/new": ("Shop\nketamine\nmenu", [Said("ketamine"), menu])})


def identity(review: Review | ListedReview | None) -> tuple[str, int] | None:
    return None if review is None else (review.case_id, review.number)


@pytest.mark.parametrize("url", ASKED)
def test_the_index_holds_what_the_stores_own_query_finds(small_world: World, url: str) -> None:
    fill(small_world)
    key = lookup_key(url)
    with reading(small_world.engine) as session:
        known, index = find_url(session, key), build_index(session)
    found = index.find(url)
    assert (found.listing is None) == (known.page is None)
    verdict = None if found.listing is None else found.listing.verdict
    assert (verdict and verdict.outcome) == (known.verdict and known.verdict.outcome)
    own = None if found.listing is None else found.listing.decision
    assert identity(own) == identity(known.decision)
    assert identity(index.reaching_ruling(key, found.listing)) == identity(known.reached_by)
    if found.scope in (None, Scope.URL):
        assert found.review_state is known.review_state


def test_the_index_is_read_from_both_kinds_of_database(world: World) -> None:
    fill(world)
    with reading(world.engine) as session:
        index = build_index(session)
    assert index.find(f"{BASE}/a/9").is_listed
    assert not index.find(f"{BASE}/a/2").is_listed


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        ("a/?utm_source=x&id=1&gclid=2", "a/?id=1"),
        ("a/?fbclid=1", "a/"),
        ("a/?UTM_SOURCE=1", "a/?UTM_SOURCE=1"),
        ("a/?my_utm_source=1&gclids=2", "a/?my_utm_source=1&gclids=2"),
        ("a/?x=utm_source=1", "a/?x=utm_source=1"),
        ("a/?gclid", "a/"),
    ],
)
def test_only_marks_of_advertisers_are_dropped(key: str, plain: str) -> None:
    assert without_tracking(key) == plain


def test_a_commit_by_anybody_changes_the_version(world: World) -> None:
    version = StoreVersion(world.engine)
    try:
        first = version.read()
        world.reviewer("heron")
        assert version.read() != first
    finally:
        version.close()


def test_reading_does_not_change_the_version(small_world: World) -> None:
    version = StoreVersion(small_world.engine)
    try:
        first = version.read()
        with reading(small_world.engine) as session:
            session.connection().execute(text("SELECT count(*) FROM site_page"))
        assert version.read() == first
    finally:
        version.close()


def test_the_index_is_looked_at_once_a_second_and_read_anew_only_after_a_commit(small_world: World) -> None:
    clock = HandClock(MONDAY)
    index = FreshIndex(small_world.engine, clock.monotonic)

    async def follow() -> None:
        first = await index.current()
        fill(small_world)
        assert await index.current() is first
        clock.pass_seconds(CHECK_SECONDS)
        second = await index.current()
        assert second is not first
        assert second.find(f"{BASE}/a/1").is_listed
        clock.pass_seconds(CHECK_SECONDS)
        assert await index.current() is second
        with writing(small_world.engine) as session:
            session.connection().execute(text("DELETE FROM page_address"))
        index.expire()
        assert not (await index.current()).listings

    asyncio.run(follow())
    index.close()


def test_many_at_once_wait_for_one_reading(small_world: World) -> None:
    fill(small_world)
    index = FreshIndex(small_world.engine, HandClock(MONDAY).monotonic)

    async def ask_at_once() -> None:
        found = await asyncio.gather(*(index.current() for _ in range(20)))
        assert all(each is found[0] for each in found)

    asyncio.run(ask_at_once())
    index.close()
