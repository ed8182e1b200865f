"""`rxwarden serve`: the console and the HTTP API."""

from typing import Annotated

import typer

from api.exceptions import SettingsInvalid
from api.settings import Settings, load_settings
from api.store.opening import open_store

# An 8 KiB URL whose every byte is percent-encoded twice over, and a little for the other headers.
MOST_HEADER_BYTES = 64 << 10


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; RXWARDEN_HOST by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; RXWARDEN_PORT by default.")] = None,
    proxy: Annotated[
        str, typer.Option(metavar="IP[,IP]", help="The https proxy in front, whose X-Forwarded headers are believed.")
    ] = "",
) -> None:
    """Serve the console and the HTTP API until interrupted."""
    settings = load_settings()
    chosen = {"host": host or settings.host, "port": settings.port if port is None else port}
    run(settings.model_copy(update=chosen), proxy)


def run(settings: Settings, proxy: str = "") -> None:
    """Serve an installation; SettingsInvalid or StoreOutdated says what to do first."""
    refuse_unsafe(settings, proxy)
    open_store(settings).dispose()
    # Takes a second to import and is needed here alone.
    import uvicorn

    from api.main import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=proxy or None,
        server_header=False,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        log_level="warning",
    )


def refuse_unsafe(settings: Settings, proxy: str) -> None:
    """SettingsInvalid for an address that others reach without a secret of its own and an https proxy in front."""
    if settings.is_local:
        return
    missing = [
        sentence
        for is_there, sentence in (
            (settings.secret.get_secret_value(), "set RXWARDEN_SECRET to 32 random characters or more"),
            (settings.public_url.startswith("https://"), "set RXWARDEN_PUBLIC_URL to the https address people use"),
            (proxy, "name the https proxy with --proxy"),
            (not settings.demo, "turn RXWARDEN_DEMO off"),
        )
        if not is_there
    ]
    if missing:
        raise SettingsInvalid(
            f"{settings.host} is reachable from outside; {', '.join(missing)}, or listen on 127.0.0.1"
        )
