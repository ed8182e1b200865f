"""Takes a person's choice of theme and of single-letter keys, and shows the list of keys."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.page import page
from api.console.preferences import KEYS_COOKIE, THEME_COOKIE, Theme, keep_preference, local_path
from api.console.route import ConsoleRoute
from api.console.visitor import At, CheckedForm

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.post("/preferences")
def keep(here: At, form: CheckedForm) -> Response:
    """Keep the choices that are given and go back to where they were made."""
    response = RedirectResponse(local_path(form.get("back", "/")), 303)
    if form.get("theme") in list(Theme):
        keep_preference(response, THEME_COOKIE, form["theme"], secure=here.desk.is_https)
    if form.get("keys") in ("on", "off"):
        keep_preference(response, KEYS_COOKIE, form["keys"], secure=here.desk.is_https)
    return response


@router.get("/keys")
def show_keys(request: Request, here: At) -> Response:
    """Show the keys as a page, for browsers without JavaScript."""
    return page(request, here, "keys.html")
