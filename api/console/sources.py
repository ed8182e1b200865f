"""The watched sources: cadence, last success, when they are due, how they stand."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At
from api.store.console_sources import list_watched

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/sources")
def show_sources(request: Request, here: At) -> Response:
    """List the sources."""
    return page(request, here, "sources.html", watched=list_watched(here.session), policy=here.desk.policy)
