"""Opens an installation's database at the revision this version works with."""

from sqlalchemy import Engine

from api.exceptions import StoreOutdated
from api.settings import Settings
from api.store.engine import open_engine
from api.store.migrating import current_revision, head_revision, upgrade


def open_store(settings: Settings) -> Engine:
    """Give the engine of the installation; an empty database gets its tables, an outdated one raises StoreOutdated."""
    settings.folder.create()
    engine = open_engine(settings.store_url)
    stands_at = current_revision(engine)
    if stands_at is None:
        upgrade(engine)
    elif stands_at != head_revision():
        engine.dispose()
        raise StoreOutdated(
            f"the database stands at revision {stands_at}, this version works with {head_revision()}; "
            "make a backup, then run `rxwarden db upgrade`"
        )
    return engine
