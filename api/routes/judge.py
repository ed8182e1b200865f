"""Judging content that a client sends; it is judged and not kept."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import schemas
from api.dependencies import MAY_JUDGE, At
from api.edge import notes_of
from api.judging.contract import record
from api.judging.scanner import Scanner, ScanResult
from api.lookup import json_response
from api.routes.documented import WITH_BODY, WITH_KEY, problems

router = APIRouter(tags=["judge"])


@router.post(
    "/v1/judge",
    dependencies=[MAY_JUDGE],
    response_model=schemas.Judgement,
    responses=problems(*WITH_KEY, *WITH_BODY),
    summary="Judge a text or a page",
)
async def judge(request: Request, service: At, asked: schemas.JudgeRequest) -> Response:
    """Judge text as it stands or HTML as a reader sees it, and give the findings with their exact quotes.

    Nothing is stored. What cannot be read within 15 CPU seconds comes back `unclear` with `not_read` in `degraded`.
    Without `id` the request id takes its place. Needs the scope `judge`; costs 20 units.
    """
    as_of = asked.as_of or service.now().date()

    def scan(scanner: Scanner) -> ScanResult:
        if asked.html is not None:
            return scanner.scan_html(asked.html, url=asked.url, title=asked.title, as_of=as_of)
        return scanner.scan_text(asked.text or "", url=asked.url, title=asked.title, as_of=as_of)

    result = await service.judge_line.run(scan)
    record_id = notes_of(request.scope).id if asked.id is None else asked.id
    return json_response(record(record_id, result, with_text=asked.html is not None))
