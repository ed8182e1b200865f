"""The evidence of a case to take away, for those who decide cases; the audit log says who took it."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.console.route import ConsoleRoute
from api.console.visitor import At, checked_form
from api.exceptions import NotAllowed
from api.services.evidence.export import MEDIA_TYPE, Means, file_name, note_export, pack_case
from api.store.engine import writing

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.post("/cases/{case_id}/evidence", dependencies=[Depends(checked_form)])
def download_evidence(here: At, case_id: str) -> Response:
    """Hand out the WACZ of a case."""
    if not here.visitor.may_decide:
        raise NotAllowed("Taking evidence away needs the role of reviewer; ask an admin")
    means = Means(here.desk.blobs, here.desk.warc, here.desk.policy)
    packed = pack_case(here.session, means, case_id, now=here.now)
    with writing(here.desk.engine) as session:
        note_export(session, case_id, packed, actor=f"reviewer:{here.visitor.reviewer.id}", now=here.now)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(case_id, here.now)}"'}
    return Response(packed, media_type=MEDIA_TYPE, headers=headers)
