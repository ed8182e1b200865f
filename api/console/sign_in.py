"""Signing in with a one-time link, and signing out."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.desk import desk_of
from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At, checked_form, clear_session_cookie, find_visitor, set_session_cookie
from api.exceptions import SignInRefused
from api.services.people import sign_in, sign_out
from api.store.engine import writing

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/sign-in")
def enter(request: Request, token: str = "") -> Response:
    """Turn a link's token into a session; without one, say how to get a link."""
    if not token:
        return _how_to_sign_in(request)
    if "prefetch" in request.headers.get("sec-purpose", ""):
        # A browser looking ahead must not use the link up.
        return Response(status_code=503)
    desk = desk_of(request)
    with writing(desk.engine) as session:
        signed_in = sign_in(session, token, draw=desk.draw, now=desk.now())
    response = RedirectResponse("/", 303)
    set_session_cookie(response, desk, signed_in.token)
    return response


@router.post("/sign-out", dependencies=[Depends(checked_form)])
def leave(here: At) -> Response:
    """End the session."""
    with writing(here.desk.engine) as session:
        sign_out(session, here.visitor.session_token, now=here.now)
    response = RedirectResponse("/sign-in", 303)
    clear_session_cookie(response, here.desk)
    return response


def _how_to_sign_in(request: Request) -> Response:
    try:
        find_visitor(request)
    except SignInRefused:
        return page(request, None, "sign_in.html", title="Sign in", sentence="", note="")
    return RedirectResponse("/", 303)
