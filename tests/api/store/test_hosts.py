"""Leases on hosts, on both kinds of database: one holder at a time, and pauses that bind everybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Engine

from api.store.commands.hosts import Standing, claim_host, pause_host, release_hosts, renew_hosts
from api.store.engine import open_engine, writing
from crawler.items import Pause
from tests.api.world import MONDAY

HOST = "shop.example"
MINUTE = timedelta(minutes=1)


def claim(engine: Engine, holder: str, now: datetime = MONDAY, host: str = HOST) -> Standing:
    """Ask for a lease of a minute."""
    with writing(engine) as session:
        return claim_host(session, host, holder, now=now, until=now + MINUTE)


def test_a_host_has_one_holder_until_it_is_given_back_or_the_lease_ends(engine: Engine) -> None:
    assert claim(engine, "first").is_held
    assert not claim(engine, "second").is_held
    assert claim(engine, "first", MONDAY + MINUTE / 2).is_held
    assert claim(engine, "second", host="other.example").is_held
    with writing(engine) as session:
        release_hosts(session, [HOST], "second")
    assert not claim(engine, "second").is_held
    with writing(engine) as session:
        release_hosts(session, [HOST], "first")
    assert claim(engine, "second").is_held
    assert not claim(engine, "first", MONDAY + MINUTE / 2).is_held
    assert claim(engine, "first", MONDAY + MINUTE).is_held


def test_a_lease_is_prolonged_by_its_holder_alone(engine: Engine) -> None:
    claim(engine, "first")
    with writing(engine) as session:
        renew_hosts(session, [HOST], "first", MONDAY + 5 * MINUTE)
        renew_hosts(session, [HOST], "second", MONDAY)
    assert not claim(engine, "second", MONDAY + 4 * MINUTE).is_held
    assert claim(engine, "second", MONDAY + 5 * MINUTE).is_held


def test_a_pause_binds_every_holder_until_it_ends_and_the_longest_counts(engine: Engine) -> None:
    until = MONDAY + 3 * MINUTE
    for minutes in (3, 1):
        with writing(engine) as session:
            pause_host(session, Pause(HOST, MONDAY + minutes * MINUTE))
    assert claim(engine, "first") == claim(engine, "second", until - MINUTE) == Standing(False, until)
    assert claim(engine, "first", until).is_held


def test_of_many_processes_that_ask_at_once_one_gets_the_host(database_url: str) -> None:
    def ask(number: int) -> bool:
        engine = open_engine(database_url)
        try:
            return claim(engine, f"visit {number}").is_held
        finally:
            engine.dispose()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(16))) == 1
