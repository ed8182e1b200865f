"""Whether the process lives and whether it can do its work; for supervisors, so no key is asked for."""

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api import schemas
from api.dependencies import At, Service
from api.errors import Problem
from api.routes.documented import problems
from api.services.alarms import standing_warnings
from api.store.engine import reading
from api.store.migrating import current_revision, head_revision

OLDEST_INDEX_SECONDS = 60.0

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=problems(500), summary="Is the process alive?")
async def is_alive() -> schemas.Health:
    """Answer; nothing else is looked at."""
    return schemas.Health(status="ok")


@router.get("/readyz", responses=problems(500, 503), summary="Can the service do its work?")
async def is_ready(service: At) -> schemas.Readiness:
    """Look at database, migrations, look-up index and model; a 503 names in `fields` what is missing and what to do.

    What goes wrong beside the service (a weekly job that does not run, sources that fail, a disk that fills) stands in
    `warnings`: look-ups are answered all the same.
    """
    missing = await run_in_threadpool(_missing, service)
    if not missing:
        missing = await _index_missing(service)
    if missing:
        fields = [{"field": name, "problem": sentence} for name, sentence in missing.items()]
        sentence = f"mend {', '.join(missing)} as `fields` says"
        raise Problem(503, "not_ready", sentence, fields=fields, headers={"Retry-After": "5"})
    age = round(service.lookups.index.age(), 3)
    warnings = await run_in_threadpool(_warnings, service)
    return schemas.Readiness(status="ready", index_age_seconds=age, warnings=warnings)


def _missing(service: Service) -> dict[str, str]:
    missing: dict[str, str] = {}
    try:
        revision = current_revision(service.engine)
    except SQLAlchemyError:
        missing["database"] = "cannot be opened; check RXWARDEN_DATA or RXWARDEN_DATABASE_URL and the disk"
    else:
        if revision != head_revision():
            missing["migrations"] = f"stand at {revision or 'nothing'}; run `rxwarden db upgrade`"
    if not service.judge_line.has_model():
        missing["model"] = "is not there for this version; run `rxwarden train`"
    return missing


def _warnings(service: Service) -> list[dict[str, str]]:
    with reading(service.engine) as session:
        amiss = standing_warnings(session, service.room, service.now())
    return [{"field": field, "problem": sentence} for field, sentence in amiss.items()]


async def _index_missing(service: Service) -> dict[str, str]:
    try:
        await service.lookups.index.current()
    except SQLAlchemyError:
        return {"index": "cannot be read from the store; see the log of the service"}
    age = service.lookups.index.age()
    if age > OLDEST_INDEX_SECONDS:
        return {"index": f"was last in step with the store {age:.0f} s ago; see the log of the service"}
    return {}
