"""GET /v1/flags: order, filters, cursors."""

import pytest

from api import case_schemas
from api.store.kinds import Decision
from classifier.labels import Label, Severity
from crawler.sources import Source
from tests.api.serving import Served, problem
from tests.api.world import Said

OFFER, CLAIM = "ketamine, 10 g", "cures depression"
OTHER = Source(name="other", spider="site", start_urls=("http://other.example/",))


def fill(served: Served) -> None:
    """Three violations, one unclear page and one clean one."""
    served.world.visit(
        {
            "http://shop.example/high": (f"Shop\n{OFFER}", [Said(OFFER)]),
            "http://shop.example/critical": (f"Shop\n{OFFER}", [Said(OFFER, severity=Severity.CRITICAL)]),
            "http://shop.example/clean": ("Soap", []),
        }
    )
    claim = Said(CLAIM, Label.CURE_OR_GUARANTEE, Severity.MEDIUM)
    served.world.visit({"http://other.example/claim": (f"Clinic\nIt {CLAIM}", [claim])}, source=OTHER)
    served.world.visit({"http://other.example/image": ("Menu", [])}, source=OTHER, degraded=["image_only"])


def paths(served: Served, **params: str) -> list[str]:
    response = served.get("/v1/flags", **params)
    assert response.status_code == 200, response.text
    return [flag["url"].rpartition("/")[2] for flag in response.json()["flags"]]


def test_violations_come_gravest_first(served: Served) -> None:
    fill(served)
    assert paths(served) == ["critical", "high", "claim"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"family": "unsupported_claim"}, ["claim"]),
        ({"severity": "high"}, ["critical", "high"]),
        ({"outcome": "unclear"}, ["image"]),
        ({"outcome": "any"}, ["critical", "high", "claim", "image"]),
        ({"state": "decided"}, []),
        ({"state": "open", "source": "other"}, ["claim"]),
        ({"source": "nobody"}, []),
        ({"since": "2026-11-16T06:00:00Z"}, ["claim"]),
        ({"since": "2026-11-16T07:00:00+01:00", "outcome": "any"}, ["claim", "image"]),
    ],
)
def test_filters_narrow(served: Served, params: dict[str, str], expected: list[str]) -> None:
    fill(served)
    assert paths(served, **params) == expected


def test_a_flag_says_what_a_reviewer_reads_first(served: Served) -> None:
    fill(served)
    url = "http://shop.example/critical"
    review = served.world.review(url, Decision.CONFIRM)
    case = served.world.case(url)
    flag = served.get("/v1/flags", limit="1").json()["flags"][0]
    assert flag == case_schemas.Flag.model_validate(flag).model_dump(mode="json")
    assert (flag["case_id"], flag["lookup_key"], flag["title"]) == (case.id, "shop.example/critical", "Shop")
    assert (flag["state"], flag["why"], flag["decision"]["decision"]) == ("decided", "new", "confirm")
    assert flag["decision"]["case_id"] == review.case_id
    assert flag["strongest"] == {"label": "sale_offer", "severity": "critical", "quote": OFFER, "score": 0.9}


def test_cursors_lead_through_all_pages_once(served: Served) -> None:
    fill(served)
    found, cursor = [], ""
    while cursor is not None:
        page = served.get("/v1/flags", outcome="any", limit="1", cursor=cursor).json()
        found += [flag["url"].rpartition("/")[2] for flag in page["flags"]]
        cursor = page["next"]
    assert found == ["critical", "high", "claim", "image"]


def test_a_cursor_that_was_tampered_with_is_refused(served: Served) -> None:
    fill(served)
    cursor = served.get("/v1/flags", limit="1").json()["next"]
    other = "B" if cursor[0] == "A" else "A"
    for altered in (cursor[:-2], other + cursor[1:], f"{cursor}AAAA", "é", "=", "\x00"):
        told = problem(served.get("/v1/flags", cursor=altered), 400)
        assert told["code"] == "cursor_invalid", altered


@pytest.mark.parametrize(
    "params",
    [
        {"limit": str(2**63)},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "1e3"},
        {"since": "yesterday"},
        {"since": "2026-11-16T06:00:00"},
        {"source": "\x00"},
        {"source": "x" * 65},
        {"family": "other"},
        {"severity": "extreme"},
        {"outcome": ""},
        {"cursor": "x" * 401},
        {"colour": "red"},
    ],
)
def test_a_wrong_parameter_is_named(served: Served, params: dict[str, str]) -> None:
    told = problem(served.get("/v1/flags", **params), 422)
    assert told["code"] == "request_invalid"
    assert next(iter(params)) in str(told["detail"])
