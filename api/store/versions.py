"""Tells that something was committed to the store, without reading it."""

from sqlalchemy import Connection, Engine

from api.store.engine import is_sqlite


class StoreVersion:
    """Holds one connection for itself, since SQLite counts the commits that every other connection made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def read(self) -> str:
        """Give a text that is another one after each commit; from one thread at a time."""
        if self._connection is None:
            self._connection = self._engine.connect()
        # On PostgreSQL the snapshot moves on with every commit of the server; a needless change costs one refresh.
        asked = "PRAGMA data_version" if is_sqlite(self._engine) else "SELECT pg_current_snapshot()"
        try:
            return str(self._connection.exec_driver_sql(asked).scalar_one())
        finally:
            self._connection.rollback()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
