"""Forms as they come in: small, from this site, and bound to the session by a token."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from api.console.desk import desk_of
from api.exceptions import RxwardenError

BINDING_FIELD = "form_token"
MOST_BYTES = 256_000
MOST_FIELDS = 4_000

Form = Mapping[str, str]


class FormRefused(RxwardenError):
    """A form came from another site or session, or is too large: open the page again and send it from there."""


def form_token(key: bytes, session_token: str) -> str:
    """Give the token that a session's forms carry."""
    return hmac.digest(key, session_token.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


async def read_form(request: Request) -> Form:
    """Read an urlencoded form, a field's last value counting; read once, however often asked for."""
    if not hasattr(request.state, "form"):
        # A form that is refused has no fields; its body cannot be read a second time.
        request.state.form = {}
        request.state.form = await _parse(request)
    form: Form = request.state.form
    return form


async def _parse(request: Request) -> Form:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise FormRefused("What you sent is too large for a form; shorten the note and send it again.")
    try:
        pairs = parse_qsl(bytes(body).decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise FormRefused("What you sent has too many fields; open the page again and send it from there.") from None
    return dict(pairs)


def check_origin(request: Request) -> None:
    """Refuse a form that another site sent; browsers name the sender in one of two headers."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_ours = site in ("same-origin", "none")
    else:
        origin = request.headers.get("origin")
        ours = {request.headers.get("host", ""), urlsplit(desk_of(request).base_url).netloc}
        is_ours = origin is None or urlsplit(origin).netloc in ours
    if not is_ours:
        raise FormRefused("This form was sent from another site and changed nothing. Send it again from the page here.")


def check_token(form: Form, expected: str) -> None:
    """Refuse a form that does not carry its session's token."""
    if not hmac.compare_digest(form.get(BINDING_FIELD, "").encode(), expected.encode()):
        raise FormRefused(
            "This form belongs to an earlier session and changed nothing. Go back, reload the page and send it again."
        )
