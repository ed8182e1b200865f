"""The hot path: GET and POST /v1/lookup answered in front of FastAPI from an index in memory, without SQL."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge import notes_of
from api.errors import Problem, encodable
from api.security import Guard
from api.services.fresh_index import FreshIndex
from api.services.lookups import Found, Listing, LookupIndex
from api.store.kinds import CaptureState, KeyScope, ReviewState
from api.store.queries.listings import ListedReview
from crawler.canonical import LONGEST_URL
from crawler.exceptions import UrlInvalid

PATH = "/v1/lookup"
MOST_URLS = 500
# After so many URLs the others who wait get their turn; hostile ones take milliseconds each.
URLS_IN_A_ROW = 10
# A decision changes seldom; a machine's verdict or its absence may change with the next crawl or review.
REVIEWED_SECONDS = 1800
OTHER_SECONDS = 300

Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class LookupDesk:
    """What look-ups are answered with; `now` gives aware UTC."""

    guard: Guard
    index: FreshIndex
    now: Callable[[], datetime]

    async def answer_one(self, authorization: str | None, query: str, headers: dict[str, str]) -> Answer:
        """Answer GET /v1/lookup; adds what belongs into the answer's headers."""
        key = await self.guard.identify(authorization, KeyScope.LOOKUP)
        headers.update(self.guard.charge(key, 1))
        url = _asked_url(query)
        answer = _answer(await self.index.current(), url, self.now())
        headers["Cache-Control"] = f"private, max-age={answer['cache_seconds']}"
        headers["Vary"] = "Authorization"
        return answer

    async def answer_batch(self, authorization: str | None, body: bytes, kind: str, headers: dict[str, str]) -> Answer:
        """Answer POST /v1/lookup, one entry a URL in the order asked; a bad one does not spoil the rest."""
        key = await self.guard.identify(authorization, KeyScope.LOOKUP)
        urls = _asked_urls(body, kind)
        headers.update(self.guard.charge(key, len(urls)))
        index, now = await self.index.current(), self.now()
        answers: list[Answer] = []
        for count, url in enumerate(urls, 1):
            answers.append(_answer_or_error(index, url, now))
            if count % URLS_IN_A_ROW == 0:
                await asyncio.sleep(0)
        return {"answers": answers}


class LookupFront:
    """Answers look-ups and hands everything else on; `find_desk` gives the desk once the application is up."""

    def __init__(self, app: ASGIApp, find_desk: Callable[[], LookupDesk]) -> None:
        self._app = app
        self._find_desk = find_desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == PATH and scope["method"] in ("GET", "POST"):
            answer = await self._answer(scope, receive)
            await json_response(answer)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
            if scope["method"] not in ("GET", "HEAD"):
                # Whoever decides and then looks up finds the decision.
                self._find_desk().index.expire()

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        desk = self._find_desk()
        given = Headers(scope=scope)
        authorization = given.get("authorization")
        headers = notes_of(scope).headers
        if scope["method"] == "GET":
            return await desk.answer_one(authorization, scope["query_string"].decode("latin-1"), headers)
        message = await receive()
        return await desk.answer_batch(authorization, message["body"], given.get("content-type", ""), headers)


def json_response(answer: Mapping[str, object]) -> Response:
    """Give an answer as ASCII JSON, which every reader takes."""
    return Response(json.dumps(answer), media_type="application/json")


def _asked_url(query: str) -> str:
    try:
        given = parse_qsl(query, keep_blank_values=True, errors="surrogateescape", max_num_fields=20)
    except ValueError:
        given = []
    if [name for name, _ in given] != ["url"]:
        sentence = f"give one parameter, url, with the address percent-encoded: {PATH}?url=https%3A%2F%2Fhost%2Fpath"
        raise Problem(422, "request_invalid", sentence)
    return given[0][1]


def _asked_urls(body: bytes, kind: str) -> list[object]:
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "media_type_unsupported", "send the body as Content-Type: application/json")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(
            400, "json_invalid", 'the body is not JSON; send {"urls": ["https://host/path"]} as UTF-8'
        ) from None
    urls = asked.get("urls") if isinstance(asked, dict) and set(asked) == {"urls"} else None
    if not isinstance(urls, list) or not urls:
        raise Problem(422, "request_invalid", 'send an object with one field: {"urls": ["https://host/path"]}')
    if len(urls) > MOST_URLS:
        raise Problem(422, "too_many_urls", f"send at most {MOST_URLS} URLs at a time, not {len(urls)}")
    return urls


def _answer_or_error(index: LookupIndex, url: object, now: datetime) -> Answer:
    if not isinstance(url, str):
        return {"url": None, "status": "invalid", "error": "This is no text; send each URL as a string."}
    try:
        return _answer(index, url, now)
    except UrlInvalid as problem:
        sentence = str(problem)
        return {
            "url": encodable(url[:LONGEST_URL]),
            "status": "invalid",
            "error": f"{sentence[:1].upper()}{sentence[1:]}.",
        }


def _answer(index: LookupIndex, url: str, now: datetime) -> Answer:
    found = index.find(url)
    verdict = None if found.listing is None else found.listing.verdict
    is_reviewed = found.review_state is ReviewState.REVIEWED
    return {
        "url": encodable(url),
        "canonical_url": found.canonical_url,
        "status": "known" if found.is_known else "unknown",
        "listed": found.is_listed,
        "matched": _matched(found),
        "outcome": None if verdict is None else verdict.outcome.value,
        "severity": None if verdict is None else verdict.severity.value,
        "families": {} if verdict is None else verdict.families,
        "flagged": [] if verdict is None else verdict.flagged,
        "substances": [] if verdict is None else verdict.substances,
        "review_state": found.review_state.value,
        "decision": None if found.decision is None else _decision(found.decision),
        "case_id": None if found.listing is None else found.listing.page.case_id,
        "freshness": None if found.listing is None else _freshness(found.listing, now),
        "cache_seconds": REVIEWED_SECONDS if is_reviewed else OTHER_SECONDS,
    }


def _matched(found: Found) -> Answer | None:
    if found.expression is None or found.scope is None:
        return None
    return {"expression": found.expression, "scope": found.scope.value}


def _decision(review: ListedReview) -> Answer:
    return {
        "decision": review.decision.value,
        "scope": review.scope.value,
        "expression": review.scope_key,
        "decided_at": _moment(review.created_at),
        "case_id": review.case_id,
    }


def _freshness(listing: Listing, now: datetime) -> Answer:
    captured_at, verdict = listing.page.captured_at, listing.verdict
    return {
        "captured_at": None if captured_at is None else _moment(captured_at),
        "age_seconds": None if captured_at is None else max(0, int((now - captured_at).total_seconds())),
        "is_current": listing.page.capture_state is CaptureState.JUDGED,
        "model": None if verdict is None else verdict.model,
        "policy": None if verdict is None else verdict.policy,
        "as_of": None if verdict is None else verdict.as_of.isoformat(),
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
