"""The overview: how many cases of which severity, and how they came and went week by week."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console import phrases
from api.console.charts import Chart, Series, lying_bars, standing_bars
from api.console.filters import Wanted
from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At, Here
from api.services.sampling import ASSUMED_PREVALENCE, FEWEST_READ
from api.store.console_overview import by_week, cases_by_severity
from api.store.kinds import CaseState, Why
from api.store.queries.samples import count_waiting
from classifier.labels import Severity

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

WAITING = (CaseState.OPEN, CaseState.ESCALATED)


@router.get("/overview")
def show_overview(request: Request, here: At) -> Response:
    """Show the charts."""
    severities, weeks = _by_severity(here), _by_week(here)
    waiting = sum(severities.series[0].values)
    return page(
        request,
        here,
        "overview.html",
        severities=severities,
        weeks=weeks,
        waiting=waiting,
        came=weeks.series[0].values[-1],
        settled=weeks.series[1].values[-1],
        stated=here.desk.gauge.stated,
        assumed=ASSUMED_PREVALENCE,
        estimate=here.desk.gauge.estimate(here.session),
        fewest=FEWEST_READ,
        unread=count_waiting(here.session),
        sample_query=Wanted(why=Why.SAMPLE.value).query,
    )


def _by_severity(here: Here) -> Chart:
    counts = cases_by_severity(here.session)
    kept = [severity for severity in counts if severity is not Severity.NONE or any(counts[severity].values())]
    waiting = tuple(sum(counts[severity][state] for state in WAITING) for severity in kept)
    settled = tuple(sum(counts[severity].values()) - wait for severity, wait in zip(kept, waiting, strict=True))
    series = (Series("waiting", "Waiting", waiting), Series("settled", "Settled", settled))
    return lying_bars("Cases by severity", [phrases.SEVERITY[severity] for severity in kept], series)


def _by_week(here: Here) -> Chart:
    weeks = by_week(here.session, here.now)
    opened = Series("waiting", "New cases", tuple(week.opened for week in weeks))
    decided = Series("settled", "Decisions", tuple(week.decided for week in weeks))
    return standing_bars("By week", [f"{week.start.day} {week.start:%b}" for week in weeks], (opened, decided))
