"""The watched sources: how they stand, and for leads and admins adding, pausing, testing and removing them."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.console.forms import Form
from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At, CheckedForm, Here, require_lead
from api.exceptions import NotFound, RxwardenError, SourceInvalid, TrialRunning
from api.services.sources import note_test, pause, resume, unwatch, watch
from api.services.trials import Trial
from api.store.commands.sources import to_source
from api.store.console_sources import list_watched
from api.store.engine import writing
from api.store.tables.sources import StoredSource
from crawler.exceptions import CrawlerError
from crawler.sources import FILE, RANGES, SPIDERS, Source, parse_source

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
LEADS = [Depends(require_lead)]
WHERE = "the form"
# What the form shows before anybody typed.
EMPTY = {"name": "", "spider": "site", "start_urls": "", "jurisdiction": ""}
NUMBERS = {"cadence_days": "7", "max_pages": "500", "max_depth": "4"}
STATUS: dict[type[Exception], int] = {NotFound: 404, TrialRunning: 409}

Change = Callable[..., StoredSource]


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial and the name of the source that was tried."""

    name: str
    trial: Trial


@router.get("/sources")
def show_sources(request: Request, here: At) -> Response:
    """List the sources."""
    return _sources_page(request, here)


@router.post("/sources", dependencies=LEADS)
def add(request: Request, here: At, form: CheckedForm) -> Response:
    """Watch a new source; what is wrong with it is said beside what was typed."""
    try:
        source = _source(form)
        with writing(here.desk.engine) as session:
            watch(session, source, actor=_actor(here), now=here.now)
    except (CrawlerError, SourceInvalid) as problem:
        return _sources_page(request, here, problems=_sentences(problem, form), typed=form, status=422)
    return _sources_page(request, here, done=f"{source.name} is watched from the next weekly run on.")


@router.post("/sources/pause", dependencies=LEADS)
def pause_one(request: Request, here: At, form: CheckedForm) -> Response:
    """Leave a source out of weekly runs."""
    return _change(request, here, form, pause, "is paused.")


@router.post("/sources/resume", dependencies=LEADS)
def resume_one(request: Request, here: At, form: CheckedForm) -> Response:
    """Take a paused source in again."""
    return _change(request, here, form, resume, "is watched again.")


@router.post("/sources/remove", dependencies=LEADS)
def remove_one(request: Request, here: At, form: CheckedForm) -> Response:
    """Stop watching a source; its history stays."""
    return _change(request, here, form, unwatch, "is no longer watched; what was found on it stays.")


@router.post("/sources/test", dependencies=LEADS)
def test_one(request: Request, here: At, form: CheckedForm) -> Response:
    """Ask for a source's first URL and show what came; nothing of it is kept."""
    name = form.get("name", "")
    # Reading is over for now: a trial takes its time, and the store is not kept waiting for it.
    here.session.rollback()
    try:
        with writing(here.desk.engine) as session:
            source = to_source(note_test(session, name, actor=_actor(here), now=here.now))
        tried = Tried(name, here.desk.trials.run(source))
    except (NotFound, TrialRunning) as problem:
        return _refused(request, here, problem)
    return _sources_page(request, here, tried=tried)


def _change(request: Request, here: Here, form: Form, change: Change, done: str) -> Response:
    name = form.get("name", "")
    try:
        with writing(here.desk.engine) as session:
            change(session, name, actor=_actor(here), now=here.now)
    except NotFound as problem:
        return _refused(request, here, problem)
    return _sources_page(request, here, done=f"{name} {done}")


def _refused(request: Request, here: Here, problem: RxwardenError) -> Response:
    return _sources_page(request, here, problems=(_sentence(str(problem)),), status=STATUS[type(problem)])


def _source(form: Form) -> Source:
    """Read a source out of the form; SourceInvalid lists what is wrong."""
    urls = [line.strip() for line in form.get("start_urls", "").splitlines() if line.strip()]
    if any(url.startswith(FILE) for url in urls):
        raise SourceInvalid("files are added on the command line of the machine they are on: rxwarden sources add")
    fields: dict[str, object] = {name: form.get(name, "").strip() for name in ("name", "spider", "jurisdiction")}
    numbers = {name: form.get(name, "").strip() for name in NUMBERS}
    told = {name: int(text) if text.isdecimal() and len(text) < 10 else text for name, text in numbers.items()}
    return parse_source(fields | told | {"start_urls": urls}, WHERE)


def _sentences(problem: Exception, form: Form) -> tuple[str, ...]:
    name = form.get("name", "").strip()
    label = f"{WHERE}: source {name!r}: " if name else f"{WHERE}: source without a name: "
    return tuple(_sentence(line.removeprefix(label).replace("_", " ")) for line in str(problem).splitlines())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _actor(here: Here) -> str:
    return f"reviewer:{here.visitor.reviewer.id}"


def _sources_page(
    request: Request,
    here: Here,
    *,
    problems: tuple[str, ...] = (),
    done: str = "",
    tried: Tried | None = None,
    typed: Form | None = None,
    status: int = 200,
) -> Response:
    here.session.rollback()
    return page(
        request,
        here,
        "sources.html",
        status=status,
        watched=list_watched(here.session),
        policy=here.desk.policy,
        problems=problems,
        done=done,
        tried=tried,
        typed={**EMPTY, **NUMBERS, **(typed or {})},
        spiders=SPIDERS,
        ranges=RANGES,
    )
