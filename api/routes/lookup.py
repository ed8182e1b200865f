"""URL look-ups as FastAPI sees them: documents what api.lookup answers in front of it, with the same functions."""

from typing import Annotated

from fastapi import APIRouter, Security
from fastapi.security import HTTPAuthorizationCredentials
from starlette.requests import Request
from starlette.responses import Response

from api import schemas
from api.dependencies import BEARER, At
from api.edge import notes_of
from api.lookup import PATH, json_response
from api.routes.documented import WITH_BODY, WITH_KEY, problems
from crawler.canonical import LONGEST_URL

router = APIRouter(tags=["look-up"])
URL = {
    "name": "url",
    "in": "query",
    "required": True,
    "description": f"The address, percent-encoded; at most {LONGEST_URL} bytes.",
    "schema": {"type": "string"},
}
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


@router.get(
    PATH,
    response_model=schemas.Lookup,
    responses=problems(*WITH_KEY),
    summary="Look one URL up",
    openapi_extra={"parameters": [URL]},
)
async def look_up(request: Request, service: At, _: Bearer) -> Response:
    """Say what is known of a URL: verdict, people's decision, freshness, and how long the answer may be kept.

    `listed` is true for a page judged a violation that nobody overturned, and for what a person's confirmed decision
    reaches. `review_state` tells the two apart: `reviewed` rests on a person, `suspected` waits for one. A URL nobody
    captured is `unknown`, which is no clearance. Needs the scope `lookup`; costs one unit.
    """
    headers = notes_of(request.scope).headers
    query = request.url.query
    return json_response(await service.lookups.answer_one(request.headers.get("authorization"), query, headers))


@router.post(
    PATH,
    response_model=schemas.Lookups,
    responses=problems(*WITH_KEY, *WITH_BODY),
    summary="Look up to 500 URLs up",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas.LookupBatch.model_json_schema()}},
        }
    },
)
async def look_up_batch(request: Request, service: At, _: Bearer) -> Response:
    """Answer each URL as the single look-up does, in the order asked.

    A URL that cannot be looked up is answered as `invalid` with what to correct; the others are not affected.
    Needs the scope `lookup`; costs one unit a URL.
    """
    notes, given = notes_of(request.scope), request.headers
    kind = given.get("content-type", "")
    answer = service.lookups.answer_batch(given.get("authorization"), await request.body(), kind, notes.headers)
    return json_response(await answer)
