"""Deciding a case: what is recorded, where one goes next, and that nothing typed is lost when it is refused."""

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from api.store.kinds import CaseState, Decision, Role, Scope
from tests.api.console import sites
from tests.api.console.conftest import SignIn
from tests.api.console.drafts import SHOP
from tests.api.console.reading import fields, one, soup, words
from tests.api.console.world import World


def form_of(client: TestClient, world: World, url: str = SHOP, query: str = "") -> dict[str, str]:
    return fields(soup(client.get(f"/cases/{world.case(url).id}{query}")))


def finding_fields(client: TestClient, world: World, url: str = SHOP) -> list[str]:
    radios = soup(client.get(f"/cases/{world.case(url).id}")).select(".card input[type=radio]")
    return list(dict.fromkeys(str(radio["name"]) for radio in radios))


def send(client: TestClient, world: World, form: dict[str, str], url: str = SHOP) -> Response:
    answer: Response = client.post(f"/cases/{world.case(url).id}/reviews", data=form)
    return answer


def test_a_decision_is_recorded_with_findings_scope_reason_and_note(full_world: World, heron: TestClient) -> None:
    first, second, *_ = finding_fields(heron, full_world)
    form = form_of(heron, full_world) | {
        first: "confirm",
        second: "unsure",
        "decision": "confirm",
        "reason": "offer_to_public",
        "scope": "directory",
        "note": "  Same operator as lot 3.\r\nSeen twice. ",
    }
    assert send(heron, full_world, form).status_code == 303
    review = full_world.reviews()[-1]
    assert (review.decision, review.scope, review.scope_key) == (
        Decision.CONFIRM,
        Scope.DIRECTORY,
        "crystal-pier.example/shop/",
    )
    assert review.note == "Reason: Offer to the public, no lawful channel.\nSame operator as lot 3.\nSeen twice."
    assert sorted(review.findings.values()) == ["confirm", "unsure"]
    assert full_world.case().state is CaseState.DECIDED


def test_after_a_decision_comes_the_next_case_of_the_same_filtered_queue(full_world: World, heron: TestClient) -> None:
    form = form_of(heron, full_world, query="?family=claim") | {"decision": "confirm"}
    where = send(heron, full_world, form).headers["location"]
    assert where == f"/cases/{full_world.case(sites.CLINIC).id}?family=claim&done={full_world.case().id}"
    assert "The case before: confirmed. Look again" in words(one(soup(heron.get(where)), ".case-header"))


def test_after_the_last_case_comes_the_queue(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.shop()])
    answer = send(heron, world, form_of(heron, world) | {"decision": "escalate"})
    assert answer.headers["location"] == f"/?done={world.case().id}"
    assert world.case().state is CaseState.ESCALATED
    assert "Decided: escalated. Look again" in words(one(soup(heron.get(answer.headers["location"])), "main"))


def test_skipping_goes_on_and_decides_nothing(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}?severity=critical"))
    answer = heron.get(str(one(page, "[data-skip]")["href"]))
    assert answer.headers["location"].endswith("?severity=critical")
    assert full_world.case().id not in answer.headers["location"]
    assert full_world.case().state is CaseState.OPEN


def test_without_an_outcome_the_form_comes_back_as_it_was_filled_in(full_world: World, heron: TestClient) -> None:
    first = finding_fields(heron, full_world)[0]
    typed = {first: "overturn", "reason": "misread", "scope": "host", "note": "Half a <thought>"}
    answer = send(heron, full_world, form_of(heron, full_world) | typed)
    assert answer.status_code == 422
    page = soup(answer)
    assert words(one(page, "[role=alert]")).startswith("Choose an outcome for the case")
    again = fields(page)
    assert {name: again[name] for name in typed} == typed
    assert len(full_world.reviews()) == 1


def test_an_outcome_that_contradicts_its_findings_is_refused_in_a_sentence(
    full_world: World, heron: TestClient
) -> None:
    first = finding_fields(heron, full_world)[0]
    answer = send(heron, full_world, form_of(heron, full_world) | {first: "confirm", "decision": "overturn"})
    assert answer.status_code == 422
    assert "The case is overturned while a finding is confirmed" in words(one(soup(answer), "[role=alert]"))


def test_a_page_judged_anew_meanwhile_is_shown_with_everything_typed_still_there(
    world: World, heron: TestClient
) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.shop()])
    names = finding_fields(heron, world)
    typed = dict.fromkeys(names, "confirm") | {"decision": "confirm", "scope": "host", "note": "Long thought."}
    form = form_of(heron, world) | typed
    world.clock.go(minutes=5)
    world.run([sites.shop("80", later=True)])
    answer = send(heron, world, form)
    assert answer.status_code == 409
    page = soup(answer)
    alert = words(one(page, "[role=alert]"))
    assert alert.startswith("The page was judged again while you were deciding")
    assert alert.endswith("nothing you typed is lost.")
    again = fields(page)
    assert (again["decision"], again["scope"], again["note"]) == ("confirm", "host", "Long thought.")
    # Four findings are the same as before; the price and the promise are new and wait for a choice.
    assert [value for name, value in again.items() if name.startswith("finding-")] == ["confirm"] * 4
    assert world.reviews() == []
    assert send(heron, world, again).status_code == 303


def test_somebody_elses_decision_meanwhile_is_never_replaced_unread(full_world: World, heron: TestClient) -> None:
    form = form_of(heron, full_world, sites.CLINIC) | {"decision": "confirm", "note": "Mine."}
    full_world.decide(sites.CLINIC, Decision.OVERTURN, by="Wren")
    answer = send(heron, full_world, form, sites.CLINIC)
    assert answer.status_code == 409
    page = soup(answer)
    assert "Wren overturned the case" in words(one(page, "#history"))
    assert fields(page)["note"] == "Mine."


def test_a_note_written_past_the_end_of_the_session_is_shown_to_be_copied(full_world: World, heron: TestClient) -> None:
    form = form_of(heron, full_world) | {"decision": "confirm", "note": "An hour of <thought>."}
    full_world.clock.go(hours=1)
    answer = send(heron, full_world, form)
    assert answer.status_code == 401
    assert one(soup(answer), "#kept").get_text() == "An hour of <thought>."
    assert len(full_world.reviews()) == 1


def test_a_note_too_long_comes_back_whole(full_world: World, heron: TestClient) -> None:
    note = "long " * 1000
    answer = send(heron, full_world, form_of(heron, full_world) | {"decision": "confirm", "note": note})
    assert answer.status_code == 422
    assert fields(soup(answer))["note"] == note


@pytest.mark.parametrize(
    "odd", [{"decision": "delete"}, {"scope": "internet"}, {"seen": "-1"}, {"verdict": ""}, {"finding-x": "confirm"}]
)
def test_a_form_that_was_tampered_with_records_nothing(
    full_world: World, heron: TestClient, odd: dict[str, str]
) -> None:
    form = form_of(heron, full_world) | {"decision": "confirm"} | odd
    assert send(heron, full_world, form).status_code in (303, 409, 422)
    assert len(full_world.reviews()) == (2 if "seen" in odd else 1)


def test_an_auditor_reads_cases_and_cannot_decide_them(full_world: World, heron: TestClient, sign_in: SignIn) -> None:
    auditor = sign_in("Finch", Role.AUDITOR)
    page = soup(auditor.get(f"/cases/{full_world.case().id}"))
    assert not page.select("input[type=radio], textarea")
    assert "Deciding takes the role of reviewer" in words(one(page, ".decision"))
    token = str(page.select("input[name=form_token]")[0]["value"])
    form = form_of(heron, full_world) | {"decision": "confirm", "form_token": token}
    answer = send(auditor, full_world, form)
    assert answer.status_code == 403
    assert "ask an admin for the role of reviewer" in words(one(soup(answer), "main"))
    assert len(full_world.reviews()) == 1


def test_a_case_decided_before_can_be_decided_again_and_the_newest_stands(full_world: World, heron: TestClient) -> None:
    url = sites.listing(1).url
    form = form_of(heron, full_world, url) | {"decision": "overturn"}
    assert send(heron, full_world, form, url).status_code == 303
    assert [review.decision for review in full_world.reviews(url)] == [Decision.CONFIRM, Decision.OVERTURN]
