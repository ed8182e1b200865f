"""Cases read and reviewed by programs."""

import threading

import pytest
from sqlmodel import select

from api import case_schemas
from api.services.audit import find_break
from api.store.engine import reading
from api.store.kinds import Decision, KeyScope, Role
from api.store.tables.audit import AuditEvent
from api.store.tables.cases import Review
from classifier.labels import Label, Severity
from tests.api.serving import Served, problem
from tests.api.world import Said

URL = "http://shop.example/goods/k?id=7"
OFFER, CLAIM = "ketamine, 10 g 😀", "cures depression"
TEXT = f"Shop 😀\n{OFFER}\nIt {CLAIM}"
FINDINGS = [Said(OFFER), Said(CLAIM, Label.CURE_OR_GUARANTEE)]


@pytest.fixture
def flagged(served: Served) -> Served:
    served.world.visit({URL: (TEXT, FINDINGS)})
    served.world.reviewer("heron")
    return served


def path(served: Served) -> str:
    return f"/v1/cases/{served.world.case(URL).id}"


def body(served: Served, **changes: object) -> dict[str, object]:
    case = served.world.case(URL)
    given = {"client_id": "job-1", "reviewer": "heron", "verdict_id": case.verdict_id, "decision": "confirm"}
    return {**given, **changes}


def reviews(served: Served) -> list[Review]:
    with reading(served.world.engine) as session:
        return list(session.exec(select(Review)))


def test_a_case_comes_with_text_findings_and_history(flagged: Served) -> None:
    flagged.world.review(URL, Decision.UNSURE, note="who sells?")
    told = flagged.get(path(flagged)).json()
    assert told == case_schemas.CaseDetail.model_validate(told).model_dump(mode="json")
    assert told["text"] == TEXT
    for finding, said in zip(told["findings"], FINDINGS, strict=True):
        assert TEXT[finding["start"] : finding["end"]] == finding["quote"] == said.quote
    assert told["reviews"][0]["reviewer"] == "heron"
    assert told["reviews"][0]["note"] == "who sells?"
    assert (told["seen_number"], told["why"], told["has_changed"]) == (1, "second_review", False)
    assert [capture["state"] for capture in told["captures"]] == ["judged"]


def test_what_is_new_since_the_decision_is_marked(flagged: Served) -> None:
    flagged.world.review(URL, Decision.CONFIRM)
    added = Said("secret menu", severity=Severity.CRITICAL)
    flagged.world.visit({URL: (f"{TEXT}\nsecret menu", [*FINDINGS, added])})
    told = flagged.get(path(flagged)).json()
    assert [finding["is_new"] for finding in told["findings"]] == [False, False, True]
    assert told["has_changed"] is True


@pytest.mark.parametrize(("case_id", "status"), [("0" * 32, 404), ("x" * 32, 422), ("%00", 422), ("1" * 65, 422)])
def test_a_case_that_is_not_there_is_said_so(served: Served, case_id: str, status: int) -> None:
    problem(served.get(f"/v1/cases/{case_id}"), status)


def test_a_decision_is_taken_and_look_ups_answer_it_at_once(flagged: Served) -> None:
    assert flagged.look_up(URL)["review_state"] == "suspected"
    response = flagged.post(f"{path(flagged)}/reviews", body(flagged, scope="directory", note="sold openly"))
    assert response.status_code == 201
    told = response.json()
    assert (told["number"], told["reviewer"], told["expression"]) == (1, "heron", "shop.example/goods/")
    answer = flagged.get("/v1/lookup", url=URL).json()
    assert (answer["review_state"], answer["decision"]["decision"]) == ("reviewed", "confirm")


def test_a_decision_names_its_findings(flagged: Served) -> None:
    ids = {each["quote"]: each["id"] for each in flagged.get(path(flagged)).json()["findings"]}
    said = {ids[OFFER]: "confirm", ids[CLAIM]: "overturn"}
    told = flagged.post(f"{path(flagged)}/reviews", body(flagged, findings=said)).json()
    assert told["findings"] == said
    assert {each["decided"] for each in flagged.get(path(flagged)).json()["findings"]} == {"confirm", "overturn"}


def test_the_same_client_id_is_taken_once(flagged: Served) -> None:
    first = flagged.post(f"{path(flagged)}/reviews", body(flagged))
    again = flagged.post(f"{path(flagged)}/reviews", body(flagged))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(reviews(flagged)) == 1


def test_the_same_client_id_at_once_is_taken_once(flagged: Served) -> None:
    answers: list[int] = []

    def send() -> None:
        answers.append(flagged.post(f"{path(flagged)}/reviews", body(flagged)).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 200, 200, 201]
    assert len(reviews(flagged)) == 1


def test_a_client_id_used_for_something_else_is_refused(flagged: Served) -> None:
    flagged.post(f"{path(flagged)}/reviews", body(flagged))
    told = problem(flagged.post(f"{path(flagged)}/reviews", body(flagged, decision="overturn")), 422)
    assert "client_id" in str(told["detail"])


def test_another_key_may_use_the_same_client_id(flagged: Served) -> None:
    flagged.post(f"{path(flagged)}/reviews", body(flagged))
    other = flagged.new_key(KeyScope.REVIEW)
    assert flagged.post(f"{path(flagged)}/reviews", body(flagged), other).status_code == 201


def test_a_verdict_that_has_gone_is_a_conflict_with_what_to_do(flagged: Served) -> None:
    stale = body(flagged)
    flagged.world.visit({URL: (f"{TEXT}\nmore", FINDINGS)})
    told = problem(flagged.post(f"{path(flagged)}/reviews", stale), 409)
    assert told["code"] == "stale_verdict"
    assert "reload the case" in str(told["detail"])


def test_a_review_that_came_meanwhile_is_a_conflict(flagged: Served) -> None:
    flagged.world.review(URL, Decision.CONFIRM)
    problem(flagged.post(f"{path(flagged)}/reviews", body(flagged, seen_number=0)), 409)


def test_key_and_person_both_stand_in_the_log(flagged: Served) -> None:
    told = flagged.post(f"{path(flagged)}/reviews", body(flagged)).json()
    with reading(flagged.world.engine) as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.details.contains(told["id"]))).all()  # type: ignore[attr-defined]
        assert find_break(session) is None
    key_id = flagged.key.split("_")[1]
    assert {event.actor for event in events} == {f"key:{key_id}", f"reviewer:{flagged.world.reviewer().id}"}


def test_who_may_not_decide_is_told(flagged: Served) -> None:
    flagged.world.reviewer("owl", Role.AUDITOR)
    for name in ("owl", "nobody"):
        told = problem(flagged.post(f"{path(flagged)}/reviews", body(flagged, reviewer=name)), 403)
        assert told["code"] == "not_allowed"
    assert reviews(flagged) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "maybe"},
        {"findings": {"0" * 32: "confirm"}},
        {"findings": {"\ud800": "confirm"}},
        {"findings": {f"{number:032x}": "confirm" for number in range(1001)}},
        {"note": "x" * 4001},
        {"seen_number": 2**63},
        {"seen_number": -1},
        {"scope": "internet"},
        {"client_id": "a b"},
        {"reviewer": "her\x00on"},
        {"reviewer": "\ud800"},
        {"verdict_id": "x"},
        {"colour": "red"},
    ],
)
def test_what_is_wrong_with_a_review_is_said(flagged: Served, changes: dict[str, object]) -> None:
    problem(flagged.post(f"{path(flagged)}/reviews", body(flagged, **changes)), 422)
    assert reviews(flagged) == []


def test_half_a_character_in_a_note_is_kept_as_a_replacement(flagged: Served) -> None:
    told = flagged.post(f"{path(flagged)}/reviews", body(flagged, note="a\ud800b")).json()
    assert told["note"] == "a\ufffdb"


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b"\xff", b'{"seen_number": ' + b"9" * 5000 + b"}"])
def test_a_body_that_is_not_json_is_refused(flagged: Served, raw: bytes) -> None:
    response = flagged.post_raw(f"{path(flagged)}/reviews", raw)
    assert problem(response, 422 if raw == b"" else 400)


def test_a_body_of_another_content_type_is_refused(flagged: Served) -> None:
    problem(flagged.post_raw(f"{path(flagged)}/reviews", b"decision=confirm", "application/x-www-form-urlencoded"), 422)
