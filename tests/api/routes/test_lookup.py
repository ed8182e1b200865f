"""GET and POST /v1/lookup: what is answered of known, unknown, decided and unusable URLs."""

import json
from datetime import datetime
from urllib.parse import quote

import pytest

from api import schemas
from api.store.kinds import Decision, Scope
from classifier.labels import Severity
from tests.api.serving import Served, bearer, problem
from tests.api.world import Said

URL = "http://market.example/shop/k?id=7"
OFFER = "ketamine, 10 g"
FLAGGED = (f"Shop\n{OFFER}", [Said(OFFER)])
CLEAN: tuple[str, list[Said]] = ("Shop\nsoap", [])


def zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_a_url_nobody_captured_is_unknown_and_never_clear(served: Served) -> None:
    answer = served.look_up("https://Nobody.example:8443/x/../y#z")
    assert answer == {
        "url": "https://Nobody.example:8443/x/../y#z",
        "canonical_url": "https://nobody.example/y",
        "status": "unknown",
        "listed": False,
        "matched": None,
        "outcome": None,
        "severity": None,
        "families": {},
        "flagged": [],
        "substances": [],
        "review_state": "unreviewed",
        "decision": None,
        "case_id": None,
        "freshness": None,
        "cache_seconds": 300,
    }


def test_a_flagged_page_is_listed_and_suspected_until_somebody_decides(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    answer = served.look_up(URL)
    assert (answer["status"], answer["listed"], answer["review_state"]) == ("known", True, "suspected")
    assert (answer["outcome"], answer["severity"], answer["flagged"]) == ("violation", "high", ["illicit_sale"])
    assert answer["families"] == {"illicit_sale": 0.9, "unsupported_claim": 0.01}
    assert answer["matched"] == {"expression": "market.example/shop/k?id=7", "scope": "url"}
    assert answer["case_id"] == served.world.case(URL).id
    assert answer["decision"] is None


def test_an_answer_says_how_old_it_is_and_by_which_model(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    served.clock.moment = served.world.now
    served.clock.pass_seconds(59)
    assert served.look_up(URL)["freshness"] == {
        "captured_at": zulu(served.world.now),
        "age_seconds": 60,
        "is_current": True,
        "model": "model-1",
        "policy": "policy-1",
        "as_of": served.world.now.date().isoformat(),
    }


def test_another_spelling_of_the_url_gives_the_same_answer(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    answer = served.look_up("HTTP://market.example:80/a/../shop/%6B?id=7#offers")
    assert answer["listed"] is True
    assert answer["canonical_url"] == URL


def test_marks_of_advertisers_do_not_hide_a_page_and_other_parameters_do_not_stretch_it(served: Served) -> None:
    served.world.visit({"http://market.example/k": FLAGGED, URL: FLAGGED})
    marked = served.look_up("http://market.example/k?utm_source=ad&gclid=abc")
    assert marked["matched"] == {"expression": "market.example/k", "scope": "url"}
    assert served.look_up(f"{URL}&fbclid=1")["listed"] is True
    assert served.look_up("http://market.example/k?id=8&utm_source=ad")["status"] == "unknown"


@pytest.mark.parametrize(("decision", "listed"), [(Decision.CONFIRM, True), (Decision.OVERTURN, False)])
def test_a_decision_outweighs_the_verdict(served: Served, decision: Decision, listed: bool) -> None:
    served.world.visit({URL: FLAGGED})
    review = served.world.review(URL, decision)
    answer = served.look_up(URL)
    assert (answer["listed"], answer["review_state"], answer["cache_seconds"]) == (listed, "reviewed", 1800)
    assert answer["outcome"] == "violation"
    assert answer["decision"] == {
        "decision": decision.value,
        "scope": "url",
        "expression": "market.example/shop/k?id=7",
        "decided_at": zulu(review.created_at),
        "case_id": review.case_id,
    }


def test_a_finding_the_decision_did_not_cover_makes_the_page_suspected_again(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    served.world.review(URL, Decision.OVERTURN)
    served.world.visit({URL: ("Shop\nsecret menu", [Said("secret menu", severity=Severity.CRITICAL)])})
    answer = served.look_up(URL)
    assert (answer["listed"], answer["review_state"]) == (True, "suspected")
    assert isinstance(answer["decision"], dict)
    assert answer["decision"]["decision"] == "overturn"


def test_one_bad_listing_does_not_list_the_marketplace(served: Served) -> None:
    served.world.visit({URL: FLAGGED, "http://market.example/": FLAGGED})
    served.world.review(URL, Decision.CONFIRM)
    served.world.review("http://market.example/", Decision.CONFIRM)
    for other in ("http://market.example/shop/k?id=8", "http://market.example/shop/", "http://www.market.example/"):
        answer = served.look_up(other)
        assert (answer["status"], answer["listed"]) == ("unknown", False), other


@pytest.mark.parametrize(
    ("scope", "reached", "spared"),
    [
        (Scope.DIRECTORY, "http://market.example/shop/deep/er?x", "http://market.example/shopping"),
        (Scope.HOST, "http://market.example/anything", "http://other.market.example/shop/k"),
    ],
)
def test_a_confirmed_decision_reaches_as_far_as_its_reviewer_chose(
    served: Served, scope: Scope, reached: str, spared: str
) -> None:
    served.world.visit({URL: FLAGGED})
    review = served.world.review(URL, Decision.CONFIRM, scope=scope)
    answer = served.look_up(reached)
    assert (answer["status"], answer["listed"], answer["review_state"]) == ("known", True, "reviewed")
    assert answer["matched"] == {"expression": review.scope_key, "scope": scope.value}
    assert answer["outcome"] is None
    assert served.look_up(spared)["status"] == "unknown"


def test_clearing_a_host_clears_no_page_that_nobody_read(served: Served) -> None:
    served.world.visit({URL: FLAGGED, "http://market.example/b": FLAGGED})
    served.world.review(URL, Decision.OVERTURN, scope=Scope.HOST)
    unseen, flagged = served.look_up("http://market.example/c"), served.look_up("http://market.example/b")
    assert (unseen["status"], unseen["listed"], unseen["review_state"]) == ("unknown", False, "unreviewed")
    assert (flagged["listed"], flagged["review_state"]) == (True, "suspected")
    assert isinstance(flagged["decision"], dict)
    assert flagged["decision"]["expression"] == "market.example/"


def test_a_pages_own_decision_outweighs_one_on_its_host(served: Served) -> None:
    served.world.visit({URL: FLAGGED, "http://market.example/b": FLAGGED})
    served.world.review(URL, Decision.CONFIRM, scope=Scope.HOST)
    served.world.review("http://market.example/b", Decision.OVERTURN)
    assert served.look_up("http://market.example/b")["listed"] is False


def test_a_clean_page_is_known_and_clear(served: Served) -> None:
    served.world.visit({URL: CLEAN})
    answer = served.look_up(URL)
    assert (answer["status"], answer["listed"], answer["outcome"]) == ("known", False, "clear")
    assert answer["review_state"] == "unreviewed"


def test_a_write_of_another_process_shows_within_a_second(served: Served) -> None:
    assert served.look_up(URL)["status"] == "unknown"
    served.world.visit({URL: FLAGGED})
    path, headers = f"/v1/lookup?url={quote(URL, safe='')}", bearer(served.key)
    assert served.client.get(path, headers=headers).json()["status"] == "unknown"
    served.clock.pass_seconds(1)
    assert served.client.get(path, headers=headers).json()["status"] == "known"


def test_an_answer_says_how_long_it_may_be_kept(served: Served) -> None:
    response = served.get("/v1/lookup", url=URL)
    assert response.headers["cache-control"] == "private, max-age=300"
    assert response.headers["vary"] == "Authorization"


def test_a_batch_answers_in_order_and_bad_members_do_not_spoil_it(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    urls = [URL, "mailto:a@b", 7, "http://a/\ud800", None, ["x"], "", "http://unknown.example"]
    answers = served.post("/v1/lookup", {"urls": urls}).json()["answers"]
    assert [answer["status"] for answer in answers] == ["known", *["invalid"] * 6, "unknown"]
    assert answers[0] == served.look_up(URL) | {"freshness": answers[0]["freshness"]}
    assert answers[1]["url"] == "mailto:a@b"
    assert all(answer["error"][0].isupper() and answer["error"].endswith(".") for answer in answers[1:7])
    schemas.Lookups.model_validate({"answers": answers})


def test_a_batch_of_500_is_taken_and_one_of_501_is_not(served: Served) -> None:
    urls = [f"http://h{number}.example/" for number in range(501)]
    assert len(served.post("/v1/lookup", {"urls": urls[:500]}).json()["answers"]) == 500
    assert problem(served.post("/v1/lookup", {"urls": urls}), 422)["code"] == "too_many_urls"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b"\xff\xfe\xfd", b'{"urls": [' + b"9" * 5000 + b"]}"],
)
def test_a_batch_that_is_not_json_is_refused(served: Served, body: bytes) -> None:
    assert problem(served.post_raw("/v1/lookup", body), 400)["code"] == "json_invalid"


@pytest.mark.parametrize(
    "body", [[], {}, {"urls": []}, {"urls": "http://a"}, {"urls": ["http://a"], "x": 1}, None, 2**63]
)
def test_a_batch_of_another_shape_is_refused(served: Served, body: object) -> None:
    assert problem(served.post("/v1/lookup", body), 422)["code"] == "request_invalid"


def test_a_batch_of_another_content_type_is_refused(served: Served) -> None:
    assert problem(served.post_raw("/v1/lookup", b'{"urls": ["http://a"]}', "text/plain"), 415)


@pytest.mark.parametrize(
    "query", ["", "?url=", "?url=a&url=b", "?uri=a", "?url=http://a/?x=1&y=2", "?" + "a=1&" * 2000]
)
def test_a_query_that_is_not_one_url_is_refused(served: Served, query: str) -> None:
    response = served.client.get(f"/v1/lookup{query}", headers=bearer(served.key))
    assert problem(response, 422)["code"] in ("request_invalid", "url_invalid")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("http://h/" + "%2525" * 1600, "http://h/" + "%25" * 1600),
        ("http://h/%00", "http://h/%00"),
        ("http://h/%ff", "http://h/%FF"),
        (f"http://h/{2**63}", f"http://h/{2**63}"),
    ],
)
def test_hostile_urls_are_answered(served: Served, written: str, canonical: str) -> None:
    assert served.look_up(written)["canonical_url"] == canonical


def test_raw_bytes_in_a_query_are_answered(served: Served) -> None:
    response = served.client.get("/v1/lookup?url=http://h/%FF%00", headers=bearer(served.key))
    assert response.json()["canonical_url"] == "http://h/%FF%00"


def test_a_url_over_the_limit_is_refused(served: Served) -> None:
    assert problem(served.get("/v1/lookup", url="http://h/" + "a" * 9000), 422)["code"] == "url_invalid"


def test_an_answer_is_what_the_document_promises(served: Served) -> None:
    served.world.visit({URL: FLAGGED})
    served.world.review(URL, Decision.CONFIRM)
    answer = served.look_up(URL)
    assert json.loads(schemas.Lookup.model_validate(answer).model_dump_json()).keys() == answer.keys()
