"""The lock below everything: no connect of this process to what the address guard refuses."""

import errno
import sys

from crawler.fetching.addresses import AddressGuard


def lock_connects(guard: AddressGuard) -> None:
    """Refuse, for the rest of this process, every connect to what the guard refuses.

    The lock sits below every library (an interpreter audit hook, which nothing can take away), so that it
    holds even when another resolver or handler has been slipped in.
    """

    def judge(event: str, arguments: tuple[object, ...]) -> None:
        if event != "socket.connect":
            return
        address = arguments[1]
        host, port = address[:2] if isinstance(address, tuple) and len(address) >= 2 else (str(address), 0)
        why = guard.refusal(str(host), port)
        if why:
            raise PermissionError(errno.EACCES, f"the address guard refuses to connect: {why}")

    sys.addaudithook(judge)
