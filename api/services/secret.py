"""The installation's secret and the keys derived from it, one for each use."""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from api.settings import Settings


def load_secret(settings: Settings) -> bytes:
    """Give the secret of the environment, or the one in the data folder; made there once, with mode 0600."""
    given = settings.secret.get_secret_value()
    return given.encode() if given else _kept_secret(settings.folder.secret)


def derived_key(secret: bytes, use: str) -> bytes:
    """Give 32 bytes for one use (`api-keys`, `cursors` …); a key that leaks says nothing of the others."""
    return hmac.digest(secret, use.encode(), hashlib.sha256)


def _kept_secret(file: Path) -> bytes:
    if not file.exists():
        _make_secret(file)
    return file.read_bytes().strip()


def _make_secret(file: Path) -> None:
    # Written aside and linked into place: of two that start at once, both read the one that came first.
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=file.parent)
    part = Path(name)
    with os.fdopen(handle, "w") as opened:
        opened.write(secrets.token_urlsafe(48))
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()
