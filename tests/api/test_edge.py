"""The outermost layer: limits on bodies, headers on every answer, an answer whatever breaks."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from api.edge import HEADERS, MOST_BODY_BYTES, Edge
from api.errors import Problem

Answer = tuple[int, dict[str, str], bytes]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(body, headers={"Referrer-Policy": "same-origin"})(scope, receive, send)


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the password is 1234")


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    raise Problem(409, "odd", "half of a character is \ud800 here", headers={"X-More": "1"})


async def breaks_half_way(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError


def ask(
    edge: Edge, chunks: Iterable[bytes] = (b"",), headers: dict[str, str] | None = None, path: str = "/x"
) -> Answer | None:
    """Send one request in chunks; None when there was no answer."""
    parts = list(chunks)
    waiting: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    given = {"Transfer-Encoding": "chunked", **(headers or {})}
    pairs = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    scope: Scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": pairs}
    asyncio.run(edge(scope, receive, send))
    if not sent:
        return None
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(message.get("body", b"") for message in sent[1:])


def answered(edge: Edge, chunks: Iterable[bytes] = (b"",), headers: dict[str, str] | None = None) -> Answer:
    answer = ask(edge, chunks, headers)
    assert answer is not None
    return answer


def test_a_body_in_chunks_arrives_whole_and_the_answer_carries_the_headers() -> None:
    status, headers, body = answered(Edge(echo, is_https=False, draw_id=lambda: "id-1"), [b"ab", b"", b"c"])
    assert (status, body) == (200, b"abc")
    assert headers["x-request-id"] == "id-1"
    assert headers["referrer-policy"] == "same-origin"
    assert {name.lower() for name in HEADERS} <= headers.keys()
    assert "strict-transport-security" not in headers


def test_over_https_browsers_are_kept_to_it() -> None:
    assert "strict-transport-security" in answered(Edge(echo, is_https=True))[1]


@pytest.mark.parametrize(("given", "used"), [("caller-id_1", "caller-id_1"), ("a b\r\nx: y", "own"), ("x" * 65, "own")])
def test_a_callers_request_id_is_used_when_it_is_a_plain_one(given: str, used: str) -> None:
    edge = Edge(echo, is_https=False, draw_id=lambda: "own")
    assert answered(edge, headers={"X-Request-ID": given})[1]["x-request-id"] == used


def test_the_largest_body_is_taken() -> None:
    assert len(answered(Edge(echo, is_https=False), [b"x" * MOST_BODY_BYTES])[2]) == MOST_BODY_BYTES


@pytest.mark.parametrize(
    ("chunks", "headers"),
    [
        ([b"x" * MOST_BODY_BYTES, b"x"], {}),
        ([b"x" * MOST_BODY_BYTES] * 4, {}),
        ([b"x" * MOST_BODY_BYTES] * 9, {}),
        ([b""], {"Content-Length": str(MOST_BODY_BYTES + 1), "Expect": "100-continue"}),
        ([b""], {"Content-Length": "9" * 5000}),
        ([b"x" * (MOST_BODY_BYTES + 1)], {"Content-Length": "1"}),
        ([b"x" * (MOST_BODY_BYTES + 1)], {"Content-Length": "-1"}),
    ],
)
def test_a_larger_body_is_refused_whatever_its_length_claims(chunks: list[bytes], headers: dict[str, str]) -> None:
    status, _, body = answered(Edge(echo, is_https=False), chunks, headers)
    assert status == 413
    assert b'"detail": "The body is larger than 4 MiB; send less at a time."' in body


def test_a_body_that_never_ends_is_refused() -> None:
    endless = Edge(echo, is_https=False, body_seconds=0)
    assert answered(endless, [])[0] == 408


def test_a_compressed_body_is_refused() -> None:
    assert answered(Edge(echo, is_https=False), [b"x"], {"Content-Encoding": "gzip"})[0] == 415


def test_a_client_that_leaves_gets_no_answer_and_nothing_is_done() -> None:
    async def unreachable(scope: Scope, receive: Receive, send: Send) -> None:
        await Response()(scope, receive, send)

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "POST", "path": "/x", "headers": [(b"content-length", b"1")]}
    asyncio.run(Edge(unreachable, is_https=False)(scope, leave, send))
    assert sent == []


def test_what_breaks_is_answered_without_a_word_about_the_inside(caplog: pytest.LogCaptureFixture) -> None:
    status, headers, body = answered(Edge(broken, is_https=False, draw_id=lambda: "id-1"))
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert b"1234" not in body
    assert b'"request_id": "id-1"' in body
    assert "id-1" in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_problem_is_answered_as_it_is_and_as_text_that_every_reader_takes() -> None:
    status, headers, body = answered(Edge(refusing, is_https=False))
    assert (status, headers["x-more"]) == (409, "1")
    assert b'"detail": "Half of a character is ? here."' in body


def test_what_breaks_half_way_is_logged_and_not_answered_twice(caplog: pytest.LogCaptureFixture) -> None:
    assert answered(Edge(breaks_half_way, is_https=False))[0] == 200
    assert "RuntimeError" in caplog.text


def test_an_address_with_a_nul_is_nowhere() -> None:
    answer = ask(Edge(echo, is_https=False), path="/cases/a\x00b")
    assert answer is not None
    assert answer[0] == 422
    assert b"NUL" in answer[2]
