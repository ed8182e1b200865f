"""How a case opens, is decided, returns and clears as a page changes under its decision."""

import pytest
from sqlmodel import select

from api.store.engine import reading
from api.store.kinds import CaseState, Decision, ReviewState, Why
from api.store.queries.cases import read_case
from api.store.queries.lookups import find_url
from api.store.tables.verdicts import StoredVerdict
from classifier.labels import Label, Outcome, Severity
from crawler.canonical import lookup_key
from tests.api.world import Said, World

URL = "http://shop.example/k"
OFFER = Said("ketamine, 10 g for 90")
CLAIM = Said("cures depression", Label.CURE_OR_GUARANTEE)
WEEK_1 = ("Shop\nketamine, 10 g for 90", [OFFER])
WITH_CLAIM = ("Shop\nketamine, 10 g for 90\nIt cures depression", [OFFER, CLAIM])
CLEAN: tuple[str, list[Said]] = ("Shop\nclosed for good", [])


@pytest.fixture
def decided(world: World) -> World:
    world.visit({URL: WEEK_1})
    world.review(URL, Decision.CONFIRM)
    return world


def test_a_flagged_page_opens_a_case_and_a_clear_one_does_not(world: World) -> None:
    world.visit({URL: WEEK_1, "http://shop.example/clean": CLEAN})
    assert [(case.state, case.why, case.outcome) for case in world.cases()] == [
        (CaseState.OPEN, Why.NEW, Outcome.VIOLATION)
    ]


def test_a_page_that_was_not_wholly_seen_opens_a_case(world: World) -> None:
    world.visit({URL: CLEAN}, degraded=["image_only"])
    assert (world.case(URL).state, world.case(URL).outcome) == (CaseState.OPEN, Outcome.UNCLEAR)


def test_an_identical_capture_keeps_the_decision_and_the_verdict(decided: World) -> None:
    decided.visit({URL: WEEK_1})
    assert decided.case(URL).state is CaseState.DECIDED
    with reading(decided.engine) as session:
        assert len(session.exec(select(StoredVerdict)).all()) == 1


def test_words_around_the_finding_may_change_without_calling_anybody(decided: World) -> None:
    decided.visit({URL: ("Shop\nNew opening hours\nKETAMINE,  10 g, for 90", [Said("KETAMINE,  10 g, for 90")])})
    assert decided.case(URL).state is CaseState.DECIDED


@pytest.mark.parametrize(
    "changed",
    [
        WITH_CLAIM,
        ("Shop\nketamine, 10 g for 80", [Said("ketamine, 10 g for 80")]),
        ("Shop\nketamine, 10 g for 90", [Said("ketamine, 10 g for 90", Label.NO_PRESCRIPTION)]),
    ],
    ids=["a further claim", "another price", "another label"],
)
def test_a_finding_the_decision_did_not_cover_brings_the_case_back(
    decided: World, changed: tuple[str, list[Said]]
) -> None:
    decided.visit({URL: ("Shop, since 2019\n" + changed[0], changed[1])})
    case = decided.case(URL)
    assert (case.state, case.why, case.updated_at) == (CaseState.OPEN, Why.CHANGED, decided.now)


def test_a_finding_that_got_graver_brings_the_case_back(decided: World) -> None:
    decided.visit({URL: (WEEK_1[0], [Said(OFFER.quote, severity=Severity.CRITICAL)])}, policy="policy-2")
    assert (decided.case(URL).state, decided.case(URL).why) == (CaseState.OPEN, Why.JUDGED_ANEW)


def test_a_new_model_that_finds_the_same_keeps_the_decision(decided: World) -> None:
    decided.visit({URL: WEEK_1}, model="model-2")
    assert decided.case(URL).state is CaseState.DECIDED
    with reading(decided.engine) as session:
        assert len(session.exec(select(StoredVerdict)).all()) == 2


def test_a_hint_of_low_severity_never_calls_anybody(decided: World) -> None:
    low = Said("cures depression", Label.CURE_OR_GUARANTEE, Severity.LOW)
    decided.visit({URL: (WITH_CLAIM[0], [OFFER, low])})
    assert decided.case(URL).state is CaseState.DECIDED


def test_a_case_that_came_back_goes_again_when_the_page_is_as_decided(decided: World) -> None:
    decided.visit({URL: WITH_CLAIM})
    decided.visit({URL: WEEK_1})
    assert decided.case(URL).state is CaseState.DECIDED


def test_a_decision_on_the_changed_page_covers_what_it_saw(decided: World) -> None:
    decided.visit({URL: WITH_CLAIM})
    decided.review(URL, Decision.CONFIRM)
    decided.visit({URL: ("News\n" + WITH_CLAIM[0], WITH_CLAIM[1])})
    assert decided.case(URL).state is CaseState.DECIDED


def test_a_page_nobody_decided_clears_and_opens_by_itself(world: World) -> None:
    world.visit({URL: WEEK_1})
    world.visit({URL: CLEAN})
    assert world.case(URL).state is CaseState.CLEARED
    assert look_up(world) == (ReviewState.UNREVIEWED, None)
    world.visit({URL: WEEK_1})
    assert world.case(URL).state is CaseState.OPEN


@pytest.mark.parametrize(
    ("asked", "state"), [(Decision.ESCALATE, CaseState.ESCALATED), (Decision.UNSURE, CaseState.OPEN)]
)
def test_no_verdict_takes_back_that_a_person_asked_for_another(world: World, asked: Decision, state: CaseState) -> None:
    world.visit({URL: WEEK_1})
    world.review(URL, asked)
    world.visit({URL: CLEAN})
    assert world.case(URL).state is state


def test_a_look_up_says_reviewed_then_suspected_with_the_earlier_decision(decided: World) -> None:
    assert look_up(decided) == (ReviewState.REVIEWED, Decision.CONFIRM)
    decided.visit({URL: WITH_CLAIM})
    assert look_up(decided) == (ReviewState.SUSPECTED, Decision.CONFIRM)
    decided.review(URL, Decision.UNSURE)
    assert look_up(decided) == (ReviewState.SUSPECTED, Decision.CONFIRM)


def test_the_case_page_shows_what_is_new_and_what_was_decided(decided: World) -> None:
    decided.visit({URL: WITH_CLAIM})
    with reading(decided.engine) as session:
        detail = read_case(session, decided.blobs, decided.case(URL).id)
    assert [(one.finding.quote, one.is_new) for one in detail.findings] == [(OFFER.quote, False), (CLAIM.quote, True)]
    assert detail.document.text == WITH_CLAIM[0]
    assert detail.previous is not None
    assert detail.previous.text == WEEK_1[0]
    assert detail.decision is not None
    assert detail.decision.reviewer.name == "heron"
    assert len(detail.captures) == len(detail.verdicts) == 2


def test_what_a_finding_was_decided_as_is_remembered_when_it_is_found_again(world: World) -> None:
    world.visit({URL: WITH_CLAIM})
    world.review(URL, Decision.CONFIRM, findings={OFFER.quote: Decision.CONFIRM, CLAIM.quote: Decision.OVERTURN})
    world.visit({URL: WITH_CLAIM}, model="model-2")
    with reading(world.engine) as session:
        detail = read_case(session, world.blobs, world.case(URL).id)
    assert [one.decided for one in detail.findings] == [Decision.CONFIRM, Decision.OVERTURN]
    assert detail.previous is None


def look_up(world: World) -> tuple[ReviewState, Decision | None]:
    with reading(world.engine) as session:
        known = find_url(session, lookup_key(URL))
    return known.review_state, None if known.decision is None else known.decision.decision
