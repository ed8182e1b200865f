"""The outermost layer: request ids, size and time limits on bodies, security headers, and an answer whatever breaks."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, log_failure, problem_response, to_problem

MOST_BODY_BYTES = 4 << 20
# A client that is still sending does not read our answer: what is not far over the limit is read and dropped.
MOST_DRAINED_BYTES = 4 * MOST_BODY_BYTES
BODY_SECONDS = 60.0
CALLER_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
REQUEST = "rxwarden.request"

# For answers that set none of their own; the console's pages do.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}

Pair = tuple[bytes, bytes]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class RequestNotes:
    """What goes with one request: its id, and headers that its answer will carry."""

    id: str
    headers: dict[str, str] = field(default_factory=dict)


def notes_of(scope: Scope) -> RequestNotes:
    """Give the notes of a request that came through the edge."""
    notes = scope[REQUEST]
    assert isinstance(notes, RequestNotes)
    return notes


def new_request_id() -> str:
    """Draw a request id."""
    return secrets.token_hex(8)


class Edge:
    """Wraps an application; `is_https` adds the header that keeps browsers to encrypted connections."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_https: bool,
        draw_id: Callable[[], str] = new_request_id,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._headers = _raw({**HEADERS, **(HSTS if is_https else {})})
        self._draw_id = draw_id
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other events go through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        notes = scope[REQUEST] = RequestNotes(given if CALLER_ID.fullmatch(given) else self._draw_id())
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = self._with_headers(message.get("headers", ()), notes)
            await send(message)

        try:
            if "\x00" in scope["path"]:
                # PostgreSQL refuses to look for it.
                raise Problem(422, "request_invalid", "the address holds a NUL, and nothing has one; correct it")
            body = await self._read_body(scope, receive)
            await self._app(scope, _replay(body, receive), send_with_headers)
        except ClientDisconnect:
            log.info("request %s was left by its client before it was sent whole", notes.id)
        except Exception as error:  # noqa: BLE001 - the edge of a request: every client gets an answer
            log_failure(error, notes.id, scope["path"])
            if not has_begun:
                await problem_response(to_problem(error), notes.id)(scope, receive, send_with_headers)

    def _with_headers(self, given: Iterable[Pair], notes: RequestNotes) -> list[Pair]:
        ours = _raw({**notes.headers, "X-Request-ID": notes.id})
        kept = [pair for pair in given if pair[0] not in ours]
        names = {name for name, _ in kept} | ours.keys()
        return [*kept, *ours.items(), *(pair for pair in self._headers.items() if pair[0] not in names)]

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        headers = Headers(scope=scope)
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b""
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Problem(415, "encoding_unsupported", "send the body without Content-Encoding")
        length = headers.get("content-length", "0")
        announced = int(length[:20]) if length.isdecimal() else 0
        if announced > (MOST_BODY_BYTES if "expect" in headers else MOST_DRAINED_BYTES):
            raise too_large()
        try:
            async with asyncio.timeout(self._body_seconds):
                return await _gather(receive)
        except TimeoutError:
            sentence = f"the body did not arrive within {self._body_seconds:g} s; send it again, faster or in parts"
            raise Problem(408, "body_too_slow", sentence, headers={"Connection": "close"}) from None


def _raw(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): value.encode("latin-1") for name, value in headers.items()}


def too_large() -> Problem:
    """Give the answer to a body over the limit; the connection ends, since its rest may not have been read."""
    sentence = f"the body is larger than {MOST_BODY_BYTES >> 20} MiB; send less at a time"
    return Problem(413, "body_too_large", sentence, headers={"Connection": "close"})


async def _gather(receive: Receive) -> bytes:
    body, total = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, is_last = message.get("body", b""), not message.get("more_body", False)
        total += len(part)
        if total > MOST_BODY_BYTES:
            body.clear()
            if is_last or total > MOST_DRAINED_BYTES:
                raise too_large()
        else:
            body += part
        if is_last:
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once more, then what the connection says next."""
    is_given = False

    async def replayed() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
