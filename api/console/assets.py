"""The console's own style sheets, scripts and icon; an address that names their digest may be kept for good."""

import re

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.console.page import STATIC, static_digest

router = APIRouter(include_in_schema=False)

_VERSIONED = re.compile(r"([0-9a-f]{12})/(.+)")


class Assets(StaticFiles):
    """Serves `/static/<digest>/<file>`; a digest of another version is answered too, but not kept."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)
        self._digest = static_digest()

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file and how long it may be kept."""
        versioned = _VERSIONED.fullmatch(path)
        response = await super().get_response(versioned[2] if versioned else path, scope)
        is_current = versioned is not None and versioned[1] == self._digest
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


@router.get("/favicon.ico")
def favicon() -> Response:
    """Give the icon that browsers ask for by themselves."""
    return FileResponse(STATIC / "favicon.ico", media_type="image/x-icon", headers={"Cache-Control": "max-age=86400"})
