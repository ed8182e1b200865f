"""POST /v1/judge: the contract object of a text or a page, hostile bodies, and a line that is full."""

import asyncio
import json
import threading
from datetime import date

import pytest

from api import schemas
from api.errors import Problem
from api.judge_line import JudgeLine
from api.judging.scanner import Scanner, ScanResult
from api.settings import Settings
from tests.api.serving import Served, problem

OFFER = "Buy ketamine powder online, no prescription needed, discreet shipping, 40 EUR per gram. Order on Telegram."


def test_a_text_is_judged_and_its_quotes_stand_where_they_say(judging: Served) -> None:
    text = f"\ufeffA shop 😀\r\n{OFFER}\r\n"
    told = judging.post("/v1/judge", {"id": "ad-1", "text": text, "title": "Shop", "as_of": "2026-03-01"}).json()
    schemas.Judgement.model_validate(told)
    assert (told["id"], told["as_of"], told["outcome"]) == ("ad-1", "2026-03-01", "violation")
    assert "illicit_sale" in told["flagged"]
    assert told["findings"]
    for finding in told["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["quote"]
    assert "text" not in told


def test_a_page_comes_back_with_the_text_its_findings_point_into(judging: Served) -> None:
    html = f"<title>Shop</title><p>Hello<p>{OFFER}<script>hidden()</script>"
    told = judging.post("/v1/judge", {"html": html, "url": "http://shop.example/"}).json()
    assert OFFER in told["text"]
    assert told["findings"]
    for finding in told["findings"]:
        assert told["text"][finding["start"] : finding["end"]] == finding["quote"]
    assert told["as_of"] == judging.clock.now().date().isoformat()
    assert told["id"]


def test_half_characters_become_one_replacement_each_so_that_offsets_hold(judging: Served) -> None:
    raw = json.dumps({"text": f"\ud800\udc00 \ud800 \udfff {OFFER}"}).encode()
    told = judging.post_raw("/v1/judge", raw).json()
    text = f"\U00010000 \ufffd \ufffd {OFFER}"
    assert told["findings"]
    for finding in told["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["quote"]


@pytest.mark.parametrize("text", ["", "\x00", "\x00" * 1000, "ok " * 100_000, "x" * 2_000_000])
def test_odd_texts_are_judged(judging: Served, text: str) -> None:
    told = judging.post("/v1/judge", {"text": text})
    assert told.status_code == 200, told.text
    assert told.json()["outcome"] in ("clear", "unclear")


def test_a_page_that_nests_without_end_is_answered_and_never_as_clear(judging: Served) -> None:
    told = judging.post("/v1/judge", {"html": "<div>" * 700_000 + OFFER}).json()
    assert told["outcome"] == "violation" or told["degraded"]
    assert told["outcome"] != "clear"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "a", "html": "b"},
        {"text": None},
        {"text": 5},
        {"text": ["a"]},
        {"text": "a", "as_of": "soon"},
        {"text": "a", "as_of": 2**63},
        {"text": "a", "url": "x" * 9000},
        {"text": "a", "title": "x" * 2001},
        {"text": "a", "id": 2**63},
        [],
        "text",
        2**63,
    ],
)
def test_a_wrong_body_is_named(served: Served, body: object) -> None:
    problem(served.post("/v1/judge", body), 422)


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b'{"text": ' * 100_000, b'{"as_of": ' + b"9" * 5000 + b"}"])
def test_what_is_not_json_is_refused(served: Served, raw: bytes) -> None:
    problem(served.post_raw("/v1/judge", raw), 400)


def test_a_body_over_the_limit_is_refused(served: Served) -> None:
    assert problem(served.post("/v1/judge", {"text": "x" * (4 << 20)}), 413)["code"] == "body_too_large"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_content_type_is_refused(served: Served, kind: str) -> None:
    problem(served.post_raw("/v1/judge", b'{"text": "a"}', kind), 422)


def test_without_a_model_the_answer_says_how_to_get_one(served: Served) -> None:
    told = problem(served.post("/v1/judge", {"text": "a"}), 503)
    assert told["code"] == "model_missing"
    assert "rxwarden train" in str(told["detail"])


def test_a_full_line_turns_away_and_takes_in_again_when_a_place_is_free(with_model: Settings) -> None:
    line = JudgeLine(with_model, workers=1, waiting=1)
    is_free = threading.Event()

    def slow(scanner: Scanner) -> ScanResult:
        is_free.wait()
        return scanner.scan_text("a", as_of=date(2026, 11, 2))

    async def crowd() -> None:
        taken = [asyncio.ensure_future(line.run(slow)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="send this one again in 5 s") as turned_away:
            await line.run(slow)
        assert (turned_away.value.status, turned_away.value.headers) == (503, {"Retry-After": "5"})
        is_free.set()
        results = await asyncio.gather(*taken)
        assert [result.verdict.as_of for result in results] == [date(2026, 11, 2)] * 2
        assert (await line.run(slow)).error == ""

    try:
        asyncio.run(crowd())
    finally:
        is_free.set()
        line.close()
