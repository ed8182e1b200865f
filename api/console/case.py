"""The case page: the page as captured with each finding in place, the inspector, changes, history and signals."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.case_view import Typed, glance_at, next_case, view_case
from api.console.filters import Wanted, read_wanted
from api.console.invisible import plain
from api.console.page import page
from api.console.reasons import REASONS
from api.console.route import ConsoleRoute
from api.console.visitor import At, Here
from api.store.queries.cases import read_case
from api.store.queries.reviews import SignedReview, list_reviews

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

NOTHING_TYPED = Typed()


@router.get("/cases/{case_id}")
def show_case(request: Request, here: At, case_id: str) -> Response:
    """Show a case."""
    done = _just_decided(here, request.query_params.get("done", ""))
    return case_page(request, here, case_id, read_wanted(request.query_params), done=done)


@router.get("/cases/{case_id}/preview")
def preview_case(request: Request, here: At, case_id: str) -> Response:
    """Show the part of a case that stands beside the queue; a fragment, not a page."""
    glance = glance_at(here, case_id)
    return page(request, here, "_preview.html", glance=glance, query=read_wanted(request.query_params).query)


@router.get("/cases/{case_id}/next")
def skip_case(request: Request, here: At, case_id: str) -> Response:
    """Go on to the next case, deciding nothing."""
    wanted = read_wanted(request.query_params)
    detail = read_case(here.session, here.desk.blobs, case_id)
    return go_on(next_case(here, detail, wanted), wanted)


@router.get("/cases/{case_id}/text")
def download_text(here: At, case_id: str) -> Response:
    """Hand out the captured text, whole, as a plain file that no browser opens as a page."""
    detail = read_case(here.session, here.desk.blobs, case_id)
    headers = {
        "Content-Disposition": f'attachment; filename="case-{detail.case.id[:8]}.txt"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    text = detail.document.text.encode("utf-8", "replace")
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


def case_page(
    request: Request,
    here: Here,
    case_id: str,
    wanted: Wanted,
    *,
    typed: Typed = NOTHING_TYPED,
    problem: str = "",
    status: int = 200,
    done: SignedReview | None = None,
) -> Response:
    """Draw a case with what was typed so far; `problem` says why it was not taken."""
    view = view_case(here, case_id)
    return page(
        request,
        here,
        "case.html",
        status=status,
        view=view,
        glance=view.glance,
        typed=typed,
        problem=problem,
        reasons=REASONS,
        wanted=wanted,
        query=wanted.query,
        done=done,
        title=plain(view.glance.detail.page.title.strip() or "Page without a title"),
    )


def go_on(next_id: str | None, wanted: Wanted, *, done: str = "") -> Response:
    """Redirect to the next case, or to the queue when there is none, keeping the filters."""
    pairs = [part for part in (wanted.query, urlencode({"done": done}) if done else "") if part]
    where = f"/cases/{next_id}" if next_id else "/"
    return RedirectResponse(where + ("?" + "&".join(pairs) if pairs else ""), 303)


def _just_decided(here: Here, case_id: str) -> SignedReview | None:
    """Give the review this person just made on another case, to say so."""
    reviews = list_reviews(here.session, case_id) if case_id else ()
    mine = here.visitor.reviewer.id
    return reviews[0] if reviews and reviews[0].reviewer.id == mine else None
