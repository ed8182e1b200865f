"""Page cursors that programs can carry and cannot forge."""

import base64
import binascii
import hashlib
import hmac
import json

from api.exceptions import CursorInvalid
from api.store.queries.queue import Position

MAC_BYTES = 16


def write_cursor(position: Position, key: bytes) -> str:
    """Give a position as URL-safe text, signed."""
    body = json.dumps([position.severity_rank, position.probability, position.case_id]).encode()
    return base64.urlsafe_b64encode(_mac(body, key) + body).decode().rstrip("=")


def read_cursor(text: str, key: bytes) -> Position:
    """Give the position in a cursor; CursorInvalid when it is not one of ours, whole and unaltered."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise CursorInvalid("the cursor is not one this service gave out; begin again without it")
    rank, probability, case_id = json.loads(body)
    return Position(int(rank), float(probability), str(case_id))


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:MAC_BYTES]
