"""The browser's proxy by itself: what it does for whom."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable

import pytest

from crawler.fetching.addresses import AddressGuard
from crawler.rendering.proxy import GuardingProxy

GREETING = b"\x05\x01\x00"


def connect(host: str, port: int) -> bytes:
    """The request for a name."""
    return b"\x05\x01\x00\x03" + bytes((len(host),)) + host.encode() + struct.pack(">H", port)


def talk(guard: AddressGuard, sent: bytes, *, max_connections: int = 8, max_bytes: int = 1 << 20) -> bytes:
    """What the proxy answers before it hangs up."""

    async def run() -> bytes:
        proxy = GuardingProxy(guard, max_connections=max_connections, max_bytes=max_bytes)
        reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        return answer

    return asyncio.run(run())


@pytest.fixture
def speaker() -> tuple[socket.socket, int]:
    """A server of this machine that has something to say to one caller."""
    server = socket.create_server(("127.0.0.1", 0))
    return server, server.getsockname()[1]


def allowing(port: int) -> AddressGuard:
    return AddressGuard(frozenset({("127.0.0.1", port)}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "x.localhost", "2130706433", "[::1]", "::1", "10.0.0.1"])
def test_an_inner_address_is_refused_by_whatever_name(host: str) -> None:
    assert talk(AddressGuard(), GREETING + connect(host, 80)) == b"\x05\x00" + b"\x05\x02\x00\x01" + bytes(6)


def test_an_address_in_bytes_is_judged_too() -> None:
    four = GREETING + b"\x05\x01\x00\x01" + bytes((127, 0, 0, 1)) + b"\x00\x50"
    six = GREETING + b"\x05\x01\x00\x04" + bytes(15) + b"\x01" + b"\x00\x50"
    assert {talk(AddressGuard(), sent)[2:4] for sent in (four, six)} == {b"\x05\x02"}


@pytest.mark.parametrize("command", [2, 3, 0, 255])
def test_nothing_but_connect_is_done(command: int) -> None:
    sent = GREETING + bytes((5, command, 0, 1, 127, 0, 0, 1, 0, 80))
    assert talk(AddressGuard(), sent)[2:4] == b"\x05\x07"


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01", GREETING, GREETING + b"\x05\x01\x00\x03\xff"]
)
def test_what_is_no_socks_gets_no_connection(sent: bytes) -> None:
    assert talk(AddressGuard(), sent) in (b"", b"\x05\x00")


def test_what_is_allowed_is_passed_on_within_the_bytes_of_a_page(speaker: tuple[socket.socket, int]) -> None:
    server, port = speaker
    with server:

        def say(what: bytes) -> Callable[[], Awaitable[None]]:
            async def answer() -> None:
                caller, _ = await asyncio.to_thread(server.accept)
                with caller:
                    await asyncio.to_thread(caller.sendall, what)

            return answer

        async def run(what: bytes) -> tuple[int, bool]:
            proxy = GuardingProxy(allowing(port), max_connections=8, max_bytes=100_000)
            speaking = asyncio.create_task(say(what)())  # type: ignore[arg-type]
            reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
            writer.write(GREETING + connect("127.0.0.1", port))
            await reader.readexactly(12)
            received = len(await reader.read(-1))
            writer.close()
            speaking.cancel()
            return received, proxy.is_full

        assert asyncio.run(run(b"x" * 50_000)) == (50_000, False)
        received, is_full = asyncio.run(run(b"x" * 200_000))
        assert received <= 100_000
        assert is_full


def test_no_more_connections_are_opened_than_a_page_may_have(speaker: tuple[socket.socket, int]) -> None:
    server, port = speaker
    with server:
        answer = talk(allowing(port), GREETING + connect("127.0.0.1", port), max_connections=0)
        assert answer[2:4] == b"\x05\x02"


def test_names_that_nobody_answers_for_do_not_keep_the_next_page_waiting(
    speaker: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, port = speaker
    own, is_over = socket.getaddrinfo, threading.Event()

    asked: list[str] = []

    def look_up(host: str, port: int, **more: int) -> object:
        asked.append(host)
        if host.endswith(".slow.example"):
            is_over.wait(30)
        return own("127.0.0.1", port, **more)

    async def run() -> bytes:
        proxy = GuardingProxy(allowing(port), max_connections=200, max_bytes=1 << 20)
        at = await proxy.start()
        writers = []
        for number in range(100):
            _, writer = await asyncio.open_connection("127.0.0.1", at)
            writer.write(GREETING + connect(f"n{number}.slow.example", port))
            writers.append(writer)
        async with asyncio.timeout(5):
            while len(asked) < 5:
                await asyncio.sleep(0)
        proxy.begin()
        reader, writer = await asyncio.open_connection("127.0.0.1", at)
        writer.write(GREETING + connect("good.example", port))
        try:
            async with asyncio.timeout(5):
                return await reader.readexactly(12)
        finally:
            is_over.set()
            for one in (*writers, writer):
                one.close()

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with server:
        assert asyncio.run(run())[2:4] == b"\x05\x00"
