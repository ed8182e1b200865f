"""Migrations: up and down with rows, equal to the models, and the triggers they make."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

from api.exceptions import StoreOutdated
from api.settings import Settings
from api.store.engine import is_sqlite, open_engine, writing
from api.store.kinds import Decision
from api.store.migrating import current_revision, downgrade, drift, head_revision, upgrade
from api.store.opening import open_store
from api.store.tables.evidence import WarcFile
from tests.api.world import MONDAY, Said, World

APPEND_ONLY = ("verdict", "finding", "review", "audit_event", "warc_file")
URL = "http://shop.example/k"


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def test_migrations_give_the_tables_that_the_models_describe(empty_engine: Engine) -> None:
    assert current_revision(empty_engine) is None
    upgrade(empty_engine)
    assert drift(empty_engine) == ""
    assert current_revision(empty_engine) == head_revision()


def test_a_table_that_differs_from_its_model_is_noticed(engine: Engine) -> None:
    with writing(engine) as session:
        session.connection().execute(text("ALTER TABLE run ADD COLUMN mood VARCHAR"))
    assert "mood" in drift(engine)


def test_the_triggers_can_go_and_come_back_with_rows_in_the_tables(world: World) -> None:
    world.visit({URL: ("Shop\nketamine 10 g", [Said("ketamine 10 g")])})
    world.review(URL, Decision.CONFIRM)
    downgrade(world.engine, "0002_people")
    assert _counts(world.engine, "verdict", "review") == [1, 1]
    upgrade(world.engine)
    assert _counts(world.engine, "verdict", "review", "audit_event") == [1, 1, 2]
    assert drift(world.engine) == ""
    assert _is_refused(world.engine, "DELETE FROM review")


def test_migrations_go_all_the_way_down_and_up_again(world: World) -> None:
    world.visit({URL: ("Shop\nketamine 10 g", [Said("ketamine 10 g")])})
    downgrade(world.engine, "base")
    assert current_revision(world.engine) is None
    upgrade(world.engine)
    assert _counts(world.engine, "verdict", "site_page") == [0, 0]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_database_refuses_to_change_or_delete_what_is_only_added(world: World, table: str) -> None:
    world.visit({URL: ("Shop\nketamine 10 g", [Said("ketamine 10 g")])})
    world.review(URL, Decision.CONFIRM)
    with writing(world.engine) as session:
        session.add(WarcFile(number=1, name="a", size=1, sha256="", sealed_at=MONDAY, previous_hash="", hash=""))
    column = "number" if table in ("audit_event", "warc_file") else "id"
    assert _is_refused(world.engine, f"UPDATE {table} SET {column} = {column}")
    assert _is_refused(world.engine, f"DELETE FROM {table}")
    if not is_sqlite(world.engine):
        assert _is_refused(world.engine, f"TRUNCATE {table} CASCADE")
    assert _counts(world.engine, table)[0] > 0


def test_sqlite_refuses_to_replace_a_row_that_is_only_added(small_world: World) -> None:
    small_world.visit({URL: ("Shop\nketamine 10 g", [Said("ketamine 10 g")])})
    assert _is_refused(small_world.engine, "INSERT OR REPLACE INTO finding SELECT * FROM finding")


def test_an_installation_with_an_older_database_is_told_to_upgrade(settings: Settings) -> None:
    engine = open_store(settings)
    downgrade(engine, "0002_people")
    with pytest.raises(StoreOutdated, match="rxwarden db upgrade"):
        open_store(settings)


def _is_refused(engine: Engine, statement: str) -> bool:
    with pytest.raises(DatabaseError, match="only ever added"), writing(engine) as session:
        session.connection().execute(text(statement))
    return True


def _counts(engine: Engine, *tables: str) -> list[int]:
    def count(connection: Connection, table: str) -> int:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    with engine.connect() as connection:
        return [count(connection, table) for table in tables]
