"""Runs the migrations on the connection that `api.store.migrating` hands over."""

from alembic import context
from sqlalchemy import Connection

from api.store.tables import (
    audit,
    cases,
    evidence,
    hosts,
    keys,
    likeness,
    looks,
    pages,
    people,
    runs,
    sources,
    verdicts,
)
from api.store.tables.base import Row

# Importing a table's module puts it into the metadata; naming them keeps the imports honest.
TABLES = (audit, cases, evidence, hosts, keys, likeness, looks, pages, people, runs, sources, verdicts)


def run(connection: Connection) -> None:
    """Migrate one open connection."""
    context.configure(
        connection=connection, target_metadata=Row.metadata, render_as_batch=True, compare_server_default=True
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if not isinstance(connection, Connection):
    raise SystemExit("migrations run through `rxwarden db upgrade`, which opens the right database")
run(connection)
