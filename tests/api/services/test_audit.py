"""The audit chain: whole as written, broken by any change."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from api.services.audit import FIRST, chain_head, find_break, record
from api.store.engine import is_sqlite, reading, writing
from tests.api.world import MONDAY


@pytest.fixture
def logged(engine: Engine) -> Engine:
    for number in range(1, 6):
        with writing(engine) as session:
            record(session, actor="operator", action="note", subject=f"n:{number}", details={"n": number}, now=MONDAY)
    return engine


def test_a_chain_as_written_has_no_break(logged: Engine) -> None:
    with reading(logged) as session:
        assert find_break(session) is None
        assert chain_head(session) != FIRST


@pytest.mark.parametrize(
    ("change", "number", "problem"),
    [
        ("UPDATE audit_event SET subject = 'n:9' WHERE number = 3", 3, "not those it was written with"),
        ("UPDATE audit_event SET details = '{\"n\":9}' WHERE number = 2", 2, "not those it was written with"),
        ("UPDATE audit_event SET previous_hash = 'x' WHERE number = 4", 4, "does not continue"),
        ("DELETE FROM audit_event WHERE number = 3", 3, "is missing"),
        ("DELETE FROM audit_event WHERE number = 1", 1, "is missing"),
    ],
)
def test_whoever_gets_past_the_triggers_still_breaks_the_chain(
    logged: Engine, change: str, number: int, problem: str
) -> None:
    get_past_triggers(logged, change)
    with reading(logged) as session:
        found = find_break(session)
    assert found is not None
    assert found.number == number
    assert problem in found.problem


def test_an_empty_log_is_whole(engine: Engine) -> None:
    with reading(engine) as session:
        assert find_break(session) is None
        assert chain_head(session) == FIRST


def test_writers_at_the_same_time_make_one_chain(engine: Engine) -> None:
    def write(number: int) -> None:
        with writing(engine) as session:
            record(session, actor="operator", action="note", subject=f"n:{number}", now=MONDAY)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(20)))
    with reading(engine) as session:
        assert find_break(session) is None
        assert session.connection().execute(text("SELECT max(number) FROM audit_event")).scalar_one() == 20


def get_past_triggers(engine: Engine, statement: str) -> None:
    """Do what somebody with the database's own tools could."""
    with writing(engine) as session:
        connection = session.connection()
        if is_sqlite(engine):
            connection.execute(text("DROP TRIGGER audit_event_refuse_update"))
            connection.execute(text("DROP TRIGGER audit_event_refuse_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        connection.exec_driver_sql(statement)
