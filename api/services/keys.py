"""API keys: made, checked and revoked; a key reads `rxw_<id>_<secret>` and only an HMAC of it is kept."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.exceptions import KeyRefused, NotFound
from api.services.audit import record
from api.services.tokens import Draw
from api.store.kinds import KeyScope
from api.store.tables.keys import ApiKey

FORM = re.compile(r"rxw_([0-9A-Za-z]{8})_([0-9A-Za-z]{32})")
# Writing each use would make every look-up a write.
USE_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key; `token` is shown to its owner this once."""

    key: ApiKey
    token: str


def issue_key(
    session: Session,
    *,
    name: str,
    scopes: Iterable[KeyScope],
    expires_at: datetime | None,
    pepper: bytes,
    draw: Draw,
    actor: str,
    now: datetime,
) -> IssuedKey:
    """Make a key for a program."""
    key_id, secret = draw(8), draw(32)
    key = ApiKey(
        id=key_id,
        name=name,
        secret_hash=_secret_hash(pepper, key_id, secret),
        scopes=sorted({scope.value for scope in scopes}),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    record(session, actor=actor, action="key.issue", subject=f"key:{key_id}", details={"scopes": key.scopes}, now=now)
    return IssuedKey(key, f"rxw_{key_id}_{secret}")


def check_key(session: Session, token: str, *, pepper: bytes, now: datetime) -> ApiKey:
    """Give the key behind a token; KeyRefused says what to do. The answer for unknown and wrong ones is the same."""
    match = FORM.fullmatch(token)
    key = session.get(ApiKey, match[1]) if match else None
    if (
        match is None
        or key is None
        or not hmac.compare_digest(key.secret_hash, _secret_hash(pepper, match[1], match[2]))
    ):
        raise KeyRefused("the API key is not known here; send a current key as `Authorization: Bearer rxw_…`")
    if key.revoked_at is not None:
        raise KeyRefused(f"API key {key.id} was revoked; ask an admin for a new one")
    if key.expires_at is not None and key.expires_at <= now:
        raise KeyRefused(f"API key {key.id} has expired; ask an admin for a new one")
    return key


def note_use(session: Session, key: ApiKey, now: datetime) -> bool:
    """Write down that a key was used, at most once a minute; True when it was written."""
    if key.last_used_at is not None and now - key.last_used_at < USE_STEP:
        return False
    stored = session.get(ApiKey, key.id)
    if stored is not None:
        stored.last_used_at = now
        session.add(stored)
    return stored is not None


def revoke_key(session: Session, key_id: str, *, actor: str, now: datetime) -> ApiKey:
    """End a key at once; NotFound when there is none of that id."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound(f"there is no API key {key_id!r}; list them to see which there are")
    key.revoked_at = key.revoked_at or now
    session.add(key)
    record(session, actor=actor, action="key.revoke", subject=f"key:{key_id}", now=now)
    return key


def list_keys(session: Session) -> tuple[ApiKey, ...]:
    """List keys, the newest first."""
    return tuple(session.exec(select(ApiKey).order_by(col(ApiKey.created_at).desc(), ApiKey.id)))


def _secret_hash(pepper: bytes, key_id: str, secret: str) -> str:
    return hmac.new(pepper, f"{key_id}:{secret}".encode(), hashlib.sha256).hexdigest()
