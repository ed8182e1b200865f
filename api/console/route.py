"""What every console route does: security headers on each answer, and errors as pages that keep what was typed."""

import logging
from collections.abc import Callable, Coroutine

from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.console.forms import Form, FormRefused, read_form
from api.console.page import page
from api.exceptions import NotAllowed, NotFound, RxwardenError, SignInRefused

log = logging.getLogger(__name__)


class StoreFailed(RxwardenError):
    """The database did not do what was asked: try again."""


STORE_SENTENCE = "The database cannot be used right now and nothing was changed. Try again in a few seconds."
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every page; a page may set its own instead."""

STATUS: dict[type[RxwardenError], int] = {
    SignInRefused: 401,
    NotAllowed: 403,
    FormRefused: 403,
    NotFound: 404,
    StoreFailed: 503,
}
TITLE = {
    401: "Sign in",
    403: "Not possible here",
    404: "Not found",
}


class ConsoleRoute(APIRoute):
    """A route of the console."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
        """Wrap the route's own handler."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await answer(request)
            except RxwardenError as problem:
                response = await _problem_page(request, problem)
            except SQLAlchemyError:
                log.exception("the store failed at %s", request.url.path)
                response = await _problem_page(request, StoreFailed(STORE_SENTENCE))
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


async def _problem_page(request: Request, problem: RxwardenError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(problem, kind)), 400)
    note = (await _typed(request)).get("note", "")
    return await run_in_threadpool(
        page,
        request,
        None,
        "sign_in.html" if status == 401 else "problem.html",
        status=status,
        title=TITLE.get(status, "That did not work"),
        sentence=_sentence(problem),
        note=note,
    )


async def _typed(request: Request) -> Form:
    """What the person had written, to be shown again."""
    if request.method != "POST":
        return {}
    try:
        return await read_form(request)
    except FormRefused:
        return {}


def _sentence(problem: RxwardenError) -> str:
    """The error's text as a sentence: a capital at its start, a full stop at its end."""
    text = str(problem).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…", "?")) else ".")
