"""Which browser is started, and how: every switch with its reason."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
# One page must not take all that the browser may have: V8's own bound, for each process.
HEAP_MB = 512

SWITCHES = (
    # No connection but through our proxy, to this machine either, and no name looked up outside of it.
    "--proxy-server=socks5://127.0.0.1:{port}",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    # UDP would pass it by.
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Nothing is asked for that the page did not ask for.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-first-run",
    "--no-pings",
    # Nothing of the machine but its processor and fonts.
    "--deny-permission-prompts",
    "--disable-crash-reporter",
    "--disable-gpu",
    "--mute-audio",
    f"--js-flags=--max-old-space-size={HEAP_MB}",
)
# Of Playwright's own: with it, a page may open windows without end.
NOT_WANTED = ["--disable-popup-blocking"]


def find_browser() -> str:
    """Give the path of the system's Chromium; empty when there is none on the PATH."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def has_playwright() -> bool:
    """Tell whether the optional extra `browser` is installed, without loading it."""
    return find_spec("playwright") is not None


def may_use_sandbox() -> bool:
    """Chromium refuses its sandbox to root."""
    return not hasattr(os, "geteuid") or os.geteuid() != 0


def switches(port: int) -> list[str]:
    """Give the command line for a browser whose proxy listens on a port."""
    return [switch.format(port=port) for switch in SWITCHES]


def browser_environment(scratch: Path) -> dict[str, str | float | bool]:
    """Give what the browser may know of our environment; all that it keeps goes to a folder that is removed."""
    kept: dict[str, str | float | bool] = {
        name: value for name in ("PATH", "LANG", "LC_ALL", "TZ") if (value := os.environ.get(name))
    }
    places = ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR")
    return kept | dict.fromkeys(places, str(scratch))
