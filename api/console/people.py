"""People, by pseudonym: who may do what; adding one and making a sign-in link. For admins only."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At, CheckedForm, Here, require_admin
from api.exceptions import NameInvalid, NotFound
from api.services.people import add_reviewer, issue_link
from api.store.console_people import list_people
from api.store.engine import writing
from api.store.kinds import Role

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, dependencies=[Depends(require_admin)])


@router.get("/people")
def show_people(request: Request, here: At) -> Response:
    """List everybody."""
    return _people_page(request, here)


@router.post("/people")
def add_person(request: Request, here: At, form: CheckedForm) -> Response:
    """Add a person and show their first sign-in link, once."""
    name, role = form.get("name", "").strip(), form.get("role", "")
    if role not in list(Role):
        return _people_page(request, here, problem="Choose what the person may do.", name=name, status=422)
    try:
        with writing(here.desk.engine) as session:
            add_reviewer(session, name=name, role=Role(role), actor=_actor(here), now=here.now)
            token = issue_link(session, name, draw=here.desk.draw, actor=_actor(here), now=here.now)
    except NameInvalid as problem:
        return _people_page(request, here, problem=f"{problem}.", name=name, status=422)
    return _people_page(request, here, invited=name, link=_link(here, token))


@router.post("/people/links")
def make_link(request: Request, here: At, form: CheckedForm) -> Response:
    """Make a new sign-in link for somebody and show it, once."""
    name = form.get("name", "")
    try:
        with writing(here.desk.engine) as session:
            token = issue_link(session, name, draw=here.desk.draw, actor=_actor(here), now=here.now)
    except NotFound as problem:
        return _people_page(request, here, problem=f"{problem}.", status=404)
    return _people_page(request, here, invited=name, link=_link(here, token))


def _people_page(
    request: Request,
    here: Here,
    *,
    problem: str = "",
    name: str = "",
    invited: str = "",
    link: str = "",
    status: int = 200,
) -> Response:
    here.session.rollback()
    return page(
        request,
        here,
        "people.html",
        status=status,
        people=list_people(here.session),
        problem=problem,
        name=name,
        invited=invited,
        link=link,
    )


def _actor(here: Here) -> str:
    return f"reviewer:{here.visitor.reviewer.id}"


def _link(here: Here, token: str) -> str:
    return f"{here.desk.base_url}/sign-in?token={token}"
