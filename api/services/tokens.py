"""Secrets that are shown once and kept as hashes."""

import hashlib
import secrets
from collections.abc import Callable

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# Gives so many random characters of BASE62.
Draw = Callable[[int], str]


def draw_base62(length: int) -> str:
    """Draw characters from the system's randomness; each carries 5.95 bits."""
    return "".join(secrets.choice(BASE62) for _ in range(length))


def token_hash(token: str) -> str:
    """Give the SHA-256 hex of a token; enough for one that is long and random, never for a password."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
