"""The expressions a decision can reach: a URL, its directories, its host; all from the page's lookup key."""

import hashlib

from api.store.kinds import Scope


def scope_key(lookup_key: str, scope: Scope) -> str:
    """Give the expression that a decision on this page reaches with this scope."""
    if scope is Scope.URL:
        return lookup_key
    directories = _directories(lookup_key)
    return directories[0] if scope is Scope.HOST else directories[-1]


def reaching_keys(lookup_key: str) -> tuple[str, ...]:
    """Give every expression whose decision reaches this page, the widest first and the page itself last."""
    return tuple(dict.fromkeys((*_directories(lookup_key), lookup_key)))


def scope_hash(key: str) -> str:
    """Give the SHA-256 hex under which an expression is found."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _directories(lookup_key: str) -> tuple[str, ...]:
    host, _, path = lookup_key.partition("?")[0].partition("/")
    names = path.split("/")[:-1]
    return tuple("/".join((host, *names[:count], "")) for count in range(len(names) + 1))
