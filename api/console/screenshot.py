"""What a browser saw of a case's page: the picture itself, and what is said beside it."""

from dataclasses import dataclass

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from api.console.route import ConsoleRoute
from api.console.visitor import At
from api.exceptions import BlobDamaged, BlobMissing, NotFound
from api.store.kinds import LookKind
from api.store.queries.cases import CaseDetail
from api.store.queries.looks import latest_attempt, latest_look
from api.store.tables.cases import Case
from api.store.tables.looks import Look

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

CUT = {
    "html": "its markup is longer than is kept",
    "text": "its text is longer than is kept",
    "bytes": "it wanted more data than a page may have",
    "requests": "it asked for more than a page may ask for",
    "frames": "it has more frames than are read",
    "picture": "the page goes on below the picture",
    "time": "it never finished loading",
    "scripts": "its scripts did not end by themselves",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser saw last of a page, and what it was told under a browser's name; `failed` and `others_failed` are
    later looks of which nothing came, `is_judged` tells whether the text of the case is what the browser saw.
    """

    look: Look | None
    failed: Look | None
    is_judged: bool
    cuts: tuple[str, ...]
    told_others: Look | None
    others_failed: Look | None


def seen_by_browser(session: Session, detail: CaseDetail) -> Seen:
    """Give what a browser saw of a case's page."""
    look = latest_look(session, detail.page.id, LookKind.RENDERED)
    return Seen(
        look=look,
        failed=_failed(session, detail.page.id, LookKind.RENDERED),
        is_judged=look is not None and look.document_id == detail.verdict.document_id,
        told_others=latest_look(session, detail.page.id, LookKind.OTHER_AGENT),
        others_failed=_failed(session, detail.page.id, LookKind.OTHER_AGENT),
        cuts=() if look is None else tuple(CUT.get(name, name) for name in look.truncated),
    )


def _failed(session: Session, page_id: str, kind: LookKind) -> Look | None:
    attempt = latest_attempt(session, page_id, kind)
    return attempt if attempt is not None and attempt.error else None


@router.get("/cases/{case_id}/screenshot/{look_id}")
def show_screenshot(here: At, case_id: str, look_id: str) -> Response:
    """Hand out the picture of a case's page, as a picture and as nothing else."""
    case, look = here.session.get(Case, case_id), here.session.get(Look, look_id)
    if case is None or look is None or look.page_id != case.page_id or look.screenshot_sha256 is None:
        raise NotFound("there is no such picture; open it from its case")
    try:
        jpeg = here.desk.blobs.load(look.screenshot_sha256)
    except (BlobMissing, BlobDamaged) as problem:
        raise NotFound(str(problem)) from problem
    headers = {
        "Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'",
        "Content-Disposition": f'inline; filename="case-{case_id[:8]}.jpg"',
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(jpeg, media_type="image/jpeg", headers=headers)
