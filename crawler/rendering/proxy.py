"""The browser's only way to the network: a SOCKS5 proxy on loopback that connects to what the address guard allows."""

import asyncio
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from crawler.fetching.addresses import AddressGuard
from crawler.rendering.items import Refused

VERSION = 5
CONNECT = 1
IPV4, NAME, IPV6 = 1, 3, 4
SUCCEEDED, NOT_ALLOWED, UNREACHABLE, UNKNOWN_COMMAND = 0, 2, 4, 7
HANDSHAKE_SECONDS = 10.0
CONNECT_SECONDS = 8.0
CHUNK = 1 << 16
# At once, for one page.
MOST_LOOKUPS = 16
MOST_TOLD = 50
# Which process owns which local connection; Linux only.
CONNECTIONS = Path("/proc/net/tcp")
LOOPBACK = f"{struct.unpack('=I', socket.inet_aton('127.0.0.1'))[0]:08X}"


class _NoConnectionError(Exception):
    """The client gets this SOCKS reply instead of a connection."""

    def __init__(self, reply: int) -> None:
        super().__init__(reply)
        self.reply = reply


class GuardingProxy:
    """CONNECT only; names are looked up here, judged with their port, and the address judged is the one connected to.

    What it counts and bounds is that of the page at hand, begun by `begin`: bytes received, connections at once.
    """

    def __init__(self, guard: AddressGuard, *, max_connections: int, max_bytes: int) -> None:
        self._guard = guard
        self._max_connections = max_connections
        self._max_bytes = max_bytes
        self._tunnels: set[asyncio.Task[None]] = set()
        self._lookups = ThreadPoolExecutor(MOST_LOOKUPS, thread_name_prefix="look-up")
        self.begin()

    def begin(self) -> None:
        """End the connections of the page before and count anew."""
        self.shut()
        # A look-up cannot be ended; those of a page before must not hold the places of this one's.
        self._lookups.shutdown(wait=False, cancel_futures=True)
        self._lookups = ThreadPoolExecutor(MOST_LOOKUPS, thread_name_prefix="look-up")
        self.received = 0
        self.refused: list[Refused] = []
        self.refused_count = 0
        self.is_full = False

    def shut(self) -> None:
        """End all connections and open no more for the page at hand."""
        self.is_full = True
        for tunnel in self._tunnels:
            tunnel.cancel()

    async def start(self) -> int:
        """Listen on a loopback port of the system's choice; gives the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self._port

    async def refusal(self, host: str, port: int) -> str:
        """Say why this host and port would not be contacted; empty when they would, or when nobody knows the host."""
        found = await self._look_up(host, port)
        reasons = [self._guard.refusal(address[0], port) for _, address in found]
        return reasons[0] if reasons and all(reasons) else ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tunnels.add(task)
        try:
            if _is_ours(writer, self._port):
                await self._tunnel(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, TimeoutError):
            # The browser hung up, the page is over, or nobody answered: the connection simply ends.
            pass
        finally:
            self._tunnels.discard(task)
            writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                host, port = await _asked_for(reader, writer)
            there = await self._connect(host, port)
        except _NoConnectionError as no:
            writer.write(_reply(no.reply))
            await writer.drain()
            return
        with there:
            writer.write(_reply(SUCCEEDED))
            await self._pass_on(reader, writer, there)

    async def _connect(self, host: str, port: int) -> socket.socket:
        if len(self._tunnels) > self._max_connections or self.is_full:
            self._refuse(host, port, "the page uses all the connections or bytes that a page may use")
            raise _NoConnectionError(NOT_ALLOWED)
        for family, address in await self._judged(host, port):
            there = socket.socket(family, socket.SOCK_STREAM)
            there.setblocking(False)
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await asyncio.get_running_loop().sock_connect(there, address)
            except (OSError, TimeoutError):
                there.close()
            except BaseException:
                there.close()
                raise
            else:
                return there
        raise _NoConnectionError(UNREACHABLE)

    async def _judged(self, host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        """Give the addresses of a host that may be contacted; a refusal where there are only others."""
        allowed, why = [], ""
        for family, address in await self._look_up(host, port):
            no = self._guard.refusal(address[0], port)
            if no:
                why = no
            else:
                allowed.append((family, address))
        if not allowed:
            if why:
                self._refuse(host, port, why)
            raise _NoConnectionError(NOT_ALLOWED if why else UNREACHABLE)
        return allowed

    async def _look_up(self, host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        """Give the addresses of a name, IPv4 first; `localhost` and names below it are 127.0.0.1 (RFC 6761)."""
        bare = host.rstrip(".").lower()
        if bare == "localhost" or bare.endswith(".localhost"):
            host = "127.0.0.1"
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await asyncio.get_running_loop().run_in_executor(self._lookups, look_up)
        except (OSError, ValueError, TimeoutError):
            return []
        kept = [(family, (str(place[0]), port)) for family, _, _, _, place in found]
        return sorted(kept, key=lambda one: one[0] != socket.AF_INET)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: socket.socket) -> None:
        async with asyncio.TaskGroup() as both:
            sending = both.create_task(_send(reader, there))
            await self._receive(there, writer)
            sending.cancel()

    async def _receive(self, there: socket.socket, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await loop.sock_recv(there, CHUNK):
                self.received += len(data)
                if self.received > self._max_bytes:
                    self.is_full = True
                    return
                writer.write(data)
                await writer.drain()

    def _refuse(self, host: str, port: int, why: str) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_TOLD:
            self.refused.append(Refused(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", why))


async def _asked_for(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """Go through the greeting and give the host and port that are wanted."""
    version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    if version != VERSION:
        raise ConnectionError("not SOCKS5")
    writer.write(bytes((VERSION, 0)))
    version, command, _, kind = await reader.readexactly(4)
    if version != VERSION or command != CONNECT:
        raise _NoConnectionError(UNKNOWN_COMMAND)
    if kind == NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii", "replace").removeprefix("[").removesuffix("]")
    else:
        family, length = (socket.AF_INET6, 16) if kind == IPV6 else (socket.AF_INET, 4)
        host = socket.inet_ntop(family, await reader.readexactly(length))
    (port,) = struct.unpack(">H", await reader.readexactly(2))
    return host, port


async def _send(reader: asyncio.StreamReader, there: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            await loop.sock_sendall(there, data)
        there.shutdown(socket.SHUT_WR)


def _reply(code: int) -> bytes:
    return bytes((VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0))


def _is_ours(writer: asyncio.StreamWriter, port: int) -> bool:
    """Tell a client that runs as this user from another user of the machine, where the system says who it is."""
    if not CONNECTIONS.exists():
        return True
    ours, theirs = (f"{LOOPBACK}:{number:04X}" for number in (writer.get_extra_info("peername")[1], port))
    for line in CONNECTIONS.read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1] == ours and fields[2] == theirs:
            return int(fields[7]) == os.getuid()
    return False
