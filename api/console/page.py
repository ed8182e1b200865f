"""Turns templates into pages, with the frame that all of them share."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.console import phrases
from api.console.addresses import defang
from api.console.desk import desk_of
from api.console.emphasis import emphasised
from api.console.invisible import plain, shown
from api.console.keymap import KEYS
from api.console.preferences import Preferences, read_preferences
from api.console.visitor import Here, Visitor
from api.counting import count
from api.store.kinds import CaseState, Decision, Role
from api.store.queries.queue import count_cases
from classifier.labels import Family, Severity

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page: who is there, where they are, how they like it, how many cases wait."""

    path: str
    preferences: Preferences
    visitor: Visitor | None
    waiting: int = 0


def static_digest() -> str:
    """Give 12 hex digits that change with any static file, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def page(request: Request, here: Here | None, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """Draw a page; `here` is None for one that needs nobody signed in."""
    now = desk_of(request).now() if here is None else here.now
    text = ENVIRONMENT.get_template(template).render(frame=_frame(request, here), now=now, **context)
    return HTMLResponse(text, status)


def _frame(request: Request, here: Here | None) -> Frame:
    preferences = read_preferences(request)
    if here is None:
        return Frame(request.url.path, preferences, getattr(request.state, "visitor", None))
    waiting = count_cases(here.session)[CaseState.OPEN]
    return Frame(request.url.path, preferences, here.visitor, waiting)


def _when(then: datetime, now: datetime) -> Markup:
    """A moment as people say it, with the exact one behind it."""
    exact, words = phrases.moment(then), phrases.ago(then, now)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(then.isoformat(), exact, words)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown,
        "plain": plain,
        "defang": defang,
        "emphasised": emphasised,
        "likelihood": phrases.likelihood,
        "share": phrases.share,
        "shared": phrases.shared,
        "moment": phrases.moment,
        "day": phrases.day,
        "language": phrases.language,
        "size": phrases.size,
        "short_jurisdiction": phrases.jurisdiction,
        "not_seen": phrases.not_seen,
        "failure": phrases.failure,
    }
    environment.globals |= {
        "words": phrases,
        "count": count,
        "when": _when,
        "keys": KEYS,
        "static": f"/static/{static_digest()}",
        "ranks": list(Severity),
        "Family": Family,
        "Decision": Decision,
        "Role": Role,
        "CaseState": CaseState,
    }
    return environment


ENVIRONMENT = _environment()
