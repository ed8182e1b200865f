"""How a person likes the console: theme and single-letter keys, kept in cookies."""

import re
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

THEME_COOKIE = "rxw_theme"
KEYS_COOKIE = "rxw_keys"
YEAR_SECONDS = 365 * 24 * 3600

_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


class Theme(StrEnum):
    """Light, dark, or what the system says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's choices; `keys_on` is about keys that are a single letter."""

    theme: Theme = Theme.SYSTEM
    keys_on: bool = True


def read_preferences(request: Request) -> Preferences:
    """Read the cookies; an unknown value counts as none."""
    theme = request.cookies.get(THEME_COOKIE, "")
    known = Theme(theme) if theme in list(Theme) else Theme.SYSTEM
    return Preferences(known, request.cookies.get(KEYS_COOKIE) != "off")


def keep_preference(response: Response, cookie: str, value: str, *, secure: bool) -> None:
    """Keep one choice for a year."""
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="lax")


def local_path(given: str) -> str:
    """Give a path of this site as it came, the queue's for anything else."""
    return given if _LOCAL_PATH.fullmatch(given) else "/"
