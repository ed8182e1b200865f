"""The policy as a page: labels, rules with citations, dated facts that need checking, evidence topics."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.page import page
from api.console.route import ConsoleRoute
from api.console.visitor import At

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/policy")
def show_policy(request: Request, here: At) -> Response:
    """Show the policy pack in use."""
    policy = here.desk.policy
    facts = sorted(policy.dated_facts, key=lambda fact: fact.check_after)
    return page(request, here, "policy.html", policy=policy, facts=facts, today=here.now.date())
