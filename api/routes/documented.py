"""How error answers stand in the OpenAPI document: the same object everywhere, as problem+json."""

from fastapi import FastAPI

from api import schemas
from api.errors import PROBLEM_TYPE

Responses = dict[int | str, dict[str, object]]

WHAT = {
    400: "The body is not JSON, or the cursor is not one this service gave out.",
    401: "There is no valid API key in the request.",
    403: "The key lacks the scope, or the person may not do this.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    409: "The case changed meanwhile: read it again and ask the person again.",
    413: "The body is larger than 4 MiB.",
    415: "The body is not JSON, or is compressed.",
    422: "A parameter or field is wrong; `fields` says which.",
    429: "The key has used up its units; Retry-After says when to come back.",
    500: "Something went wrong on our side; it is logged under the request_id.",
    503: "The service cannot do this right now; Retry-After says when to come back, /readyz why.",
}
WITH_KEY = (401, 403, 422, 429, 500, 503)
WITH_BODY = (400, 408, 413, 415)


def problems(*statuses: int) -> Responses:
    """Give the documentation of error answers."""
    return {status: {"model": schemas.Problem, "description": WHAT[status]} for status in sorted(statuses)}


def describe(app: FastAPI) -> None:
    """Have the application's OpenAPI document name the media type of problems."""
    make = app.openapi

    def openapi() -> dict[str, object]:
        document = make()
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if status >= "400" and "application/json" in answer.get("content", {}):
                        answer["content"] = {PROBLEM_TYPE: answer["content"]["application/json"]}
        return document

    app.openapi = openapi  # type: ignore[method-assign]
