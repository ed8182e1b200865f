"""The web application: look-ups in front, then the HTTP API and the console, all behind the edge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from api.console.assets import Assets
from api.console.desk import make_desk
from api.console.router import router as console
from api.dependencies import SYSTEM_CLOCK, Clock, Service, open_service
from api.edge import Edge, notes_of
from api.errors import log_failure, problem_response, to_problem
from api.exceptions import RxwardenError
from api.lookup import LookupDesk, LookupFront
from api.routes import cases, flags, health, judge, lookup
from api.routes.documented import describe
from api.services.secret import load_secret
from api.settings import Settings
from classifier.policy import load_policy
from crawler.exceptions import CrawlerError

FORESEEN = (RxwardenError, CrawlerError, HTTPException, RequestValidationError, SQLAlchemyError)


def create_app(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> ASGIApp:
    """Give the application of an installation; its parts open when it starts."""
    routed = create_routed(settings, clock)

    def find_desk() -> LookupDesk:
        service = routed.state.service
        assert isinstance(service, Service)
        return service.lookups

    return Edge(LookupFront(routed, find_desk), is_https=settings.base_url.startswith("https://"))


def create_routed(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> FastAPI:
    """Give what stands behind edge and look-ups: routes, console, error answers."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings.folder.create()
        secret = load_secret(settings)
        with open_service(settings, secret, clock) as service:
            app.state.service = service
            app.state.desk = make_desk(settings, service.engine, load_policy(), secret)
            yield

    app = FastAPI(
        title="rxwarden",
        version="1",
        summary="Looks URLs up and judges content for illicit-sale language and unsupported medical claims.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    for kind in FORESEEN:
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(Exception, _answer_unforeseen)
    for module in (lookup, judge, flags, cases, health):
        app.include_router(module.router)
    app.include_router(console, include_in_schema=False)
    app.mount("/static", Assets())
    describe(app)
    return app


def _answer(request: Request, error: Exception) -> Response:
    request_id = notes_of(request.scope).id
    log_failure(error, request_id, request.url.path)
    return problem_response(to_problem(error), request_id)


def _answer_unforeseen(request: Request, error: Exception) -> Response:
    # Logged at the edge, where it arrives next.
    return problem_response(to_problem(error), notes_of(request.scope).id)
