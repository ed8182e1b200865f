"""The weekly runs: the list, and one run with its sources, what it flagged and what failed."""

from collections import Counter

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At
from api.store.console_runs import failed_targets, flagged_pages, unreadable_captures
from api.store.queries.runs import list_runs, read_run

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/runs")
def show_runs(request: Request, here: At) -> Response:
    """List the runs."""
    return page(request, here, "runs.html", runs=list_runs(here.session))


@router.get("/runs/{run_id}")
def show_run(request: Request, here: At, run_id: str) -> Response:
    """Show one run."""
    detail = read_run(here.session, run_id)
    errors: Counter[str] = Counter()
    for source in detail.sources:
        errors.update(source.errors)
    return page(
        request,
        here,
        "run.html",
        detail=detail,
        errors=errors.most_common(),
        flagged=flagged_pages(here.session, run_id),
        failures=failed_targets(here.session, run_id),
        unreadable=unreadable_captures(here.session, run_id),
    )
