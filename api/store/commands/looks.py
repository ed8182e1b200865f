"""Second looks, written once however often a job repeats itself."""

from sqlmodel import Session

from api.store.ids import derived_id
from api.store.kinds import LookKind
from api.store.tables.looks import Look


def look_id(capture_id: str, kind: LookKind) -> str:
    """Give the id of a capture's look of a kind."""
    return derived_id("look", capture_id, kind.value)


def save_look(session: Session, look: Look) -> Look:
    """Keep a look; the capture's first of a kind stays."""
    known = session.get(Look, look.id)
    if known is not None:
        return known
    session.add(look)
    session.flush()
    return look
