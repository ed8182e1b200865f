"""Every error of the HTTP API as problem+json (RFC 9457): a code for programs, one sentence that says what to do."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import exceptions as known
from crawler.exceptions import UrlInvalid

PROBLEM_TYPE = "application/problem+json"
MOST_FIELDS = 20
LONGEST_FIELD = 200

log = logging.getLogger(__name__)

Fields = Sequence[Mapping[str, str]]

# Kind of error: status and code. The error's own text is the sentence.
KINDS: dict[type[Exception], tuple[int, str]] = {
    UrlInvalid: (422, "url_invalid"),
    known.NotFound: (404, "not_found"),
    known.CursorInvalid: (400, "cursor_invalid"),
    known.ReviewInvalid: (422, "review_invalid"),
    known.ReviewConflict: (409, "stale_verdict"),
    known.NotAllowed: (403, "not_allowed"),
    known.KeyRefused: (401, "key_refused"),
    known.SignInRefused: (401, "sign_in_refused"),
    known.ScannerUnavailable: (503, "model_missing"),
    known.StoreOutdated: (503, "store_outdated"),
}
STATUS_SENTENCES = {
    400: "the request body cannot be read; send one JSON object as UTF-8",
    404: "there is nothing at this address; /openapi.json lists what there is",
    405: "this address does not take that method; use one that the Allow header names",
}
# Bad data and broken rules are mistakes of ours; the rest says that the store cannot be used.
STORE_DOWN = (DatabaseError, InterfaceError, PoolTimeout)
STORE_SENTENCE = "the database cannot be used right now; try again in a few seconds and look at /readyz if it goes on"
INTERNAL_SENTENCE = "something went wrong on our side; try again, and give the operator the request_id if it goes on"


class Problem(known.RxwardenError):
    """An answer that is no success: HTTP status, code for programs, sentence for people, further headers and fields."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, fields: Fields = ()
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.fields = tuple(fields)


def to_problem(error: Exception) -> Problem:
    """Give the problem that an error is to a client; what nobody foresaw says nothing of the inside."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        return _of_status(error)
    for kind, (status, code) in KINDS.items():
        if isinstance(error, kind):
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
            return Problem(status, code, str(error), headers=headers)
    if isinstance(error, STORE_DOWN) and not isinstance(error, DataError | IntegrityError):
        return Problem(503, "store_unavailable", STORE_SENTENCE, headers={"Retry-After": "5"})
    return Problem(500, "internal", INTERNAL_SENTENCE)


def problem_response(problem: Problem, request_id: str) -> Response:
    """Give a problem as an answer; its JSON is ASCII, so that nothing a client sent can break it."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": _sentence(encodable(problem.detail)),
        "request_id": request_id,
    }
    if problem.fields:
        body["fields"] = [dict(field) for field in problem.fields]
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(json.dumps(body), problem.status, headers, media_type=PROBLEM_TYPE)


def log_failure(error: Exception, request_id: str, place: str) -> None:
    """Log what a client cannot mend; what we say in a sentence ourselves needs no trace."""
    problem = to_problem(error)
    if problem.status >= 500:
        trace = None if isinstance(error, known.RxwardenError) else error
        log.error("request %s to %s failed: %s", request_id, place, problem.detail, exc_info=trace)


def _of_validation(error: RequestValidationError) -> Problem:
    found = [(".".join(str(step) for step in each["loc"]), str(each["msg"])) for each in error.errors()[:MOST_FIELDS]]
    fields = [{"field": _shown(field), "problem": _shown(message)} for field, message in found]
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return Problem(400, "json_invalid", STATUS_SENTENCES[400], fields=fields)
    names = ", ".join(dict.fromkeys(field["field"] for field in fields))
    return Problem(
        422, "request_invalid", f"correct {names} as `fields` says and send the request again", fields=fields
    )


def _of_status(error: HTTPException) -> Problem:
    sentence = STATUS_SENTENCES.get(error.status_code, str(error.detail))
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return Problem(error.status_code, code, sentence, headers=error.headers)


def encodable(text: str) -> str:
    """Give text without lone surrogates, which no JSON reader has to take."""
    return text.encode("utf-8", "replace").decode()


def _shown(text: str) -> str:
    return encodable(text[:LONGEST_FIELD])


def _sentence(text: str) -> str:
    """Give a capital at the start and a full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…", "?")) else ".")
