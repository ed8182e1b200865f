"""Engines: foreign keys, moments in time and hostile text on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, select

from api.store.engine import reading, writing
from api.store.tables.pages import SitePage
from api.store.tables.runs import Run
from api.store.tables.sources import StoredSource
from tests.api.world import MONDAY


def test_a_row_that_points_nowhere_is_refused(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(_page(source="nobody"))


def test_a_moment_comes_back_as_aware_utc(engine: Engine) -> None:
    tokyo = datetime(2026, 11, 2, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with writing(engine) as session:
        session.add(Run(id="r", as_of=tokyo, started_at=tokyo))
    with reading(engine) as session:
        stored = session.exec(select(Run)).one().as_of
    assert stored == tokyo
    assert stored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as session:
        session.add(Run(id="r", as_of=datetime(2026, 11, 2), started_at=MONDAY))  # noqa: DTZ001


def test_text_that_no_database_holds_keeps_its_length(engine: Engine) -> None:
    with writing(engine) as session:
        _add_source(session)
        session.flush()
        session.add(_page(source="shop", title="a\x00b\ud800c"))
    with reading(engine) as session:
        assert session.exec(select(SitePage.title)).one() == "a\ufffdb\ufffdc"


def test_a_kind_that_does_not_exist_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="asleep"), writing(engine) as session:
        session.add(Run(id="r", as_of=MONDAY, started_at=MONDAY, state="asleep"))  # type: ignore[arg-type]


def test_an_error_rolls_everything_back(engine: Engine) -> None:
    def break_off() -> None:
        with writing(engine) as session:
            _add_source(session)
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with reading(engine) as session:
        assert session.exec(select(StoredSource)).all() == []


def test_sqlite_writes_ahead_and_two_connections_see_each_other(sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as session:
        assert session.connection().execute(text("PRAGMA journal_mode")).scalar() == "wal"
        with writing(sqlite_engine) as other:
            _add_source(other)
    with reading(sqlite_engine) as session:
        assert session.exec(select(StoredSource.name)).all() == ["shop"]


def _add_source(session: Session) -> None:
    session.add(
        StoredSource(
            name="shop",
            spider="site",
            start_urls=["http://shop.example/"],
            jurisdiction="US",
            cadence_days=7,
            max_pages=5,
            max_depth=2,
            added_at=MONDAY,
        )
    )


def _page(source: str, title: str = "") -> SitePage:
    return SitePage(
        id="p",
        lookup_key="shop.example/",
        url="http://shop.example/",
        host="shop.example",
        source=source,
        title=title,
        first_seen_at=MONDAY,
        last_seen_at=MONDAY,
    )
