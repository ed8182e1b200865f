"""The queue: cases that wait, gravest and most probable first, with a preview of the one that is marked."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.case_view import glance_at
from api.console.filters import chips, read_position, read_wanted, write_position
from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.rows import queue_item
from api.console.visitor import At
from api.store.console_overview import decisions_since
from api.store.console_sources import next_due, source_names
from api.store.queries.queue import count_cases, list_queue
from api.store.queries.reviews import list_reviews
from api.store.queries.runs import list_runs

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

ROWS = 25


@router.get("/")
def show_queue(request: Request, here: At) -> Response:
    """Show one page of the queue."""
    wanted = read_wanted(request.query_params)
    after = read_position(request.query_params.get("after", ""))
    found = list_queue(here.session, wanted.as_filter(here.now), after=after, limit=ROWS)
    rows = [queue_item(row, here.prevalence) for row in found.rows]
    return page(
        request,
        here,
        "queue.html",
        wanted=wanted,
        query=wanted.query,
        chips=chips(wanted, source_names(here.session)),
        rows=rows,
        glance=glance_at(here, rows[0].id) if rows else None,
        after=None if found.end is None else write_position(found.end),
        is_first_page=after is None,
        is_first_run=not rows and not any(count_cases(here.session).values()),
        today=decisions_since(here.session, here.now.replace(hour=0, minute=0, second=0, microsecond=0)),
        due=next_due(here.session),
        has_runs=bool(list_runs(here.session, limit=1)),
        done=next(iter(list_reviews(here.session, request.query_params.get("done", ""))), None),
    )
