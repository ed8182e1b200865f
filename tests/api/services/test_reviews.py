"""What may be decided, by whom, on what; and how far a decision reaches."""

from collections.abc import Mapping

import pytest
from sqlmodel import select

from api.exceptions import NotAllowed, NotFound, ReviewConflict, ReviewInvalid
from api.services.reviews import NewReview, record_review
from api.store.engine import reading, writing
from api.store.kinds import CaseState, Decision, Role, Scope, Why
from api.store.queries.lookups import find_url
from api.store.tables.audit import AuditEvent
from api.store.tables.cases import Review
from classifier.labels import Label
from crawler.canonical import lookup_key
from tests.api.world import Said, World

URL = "http://shop.example/goods/k?id=7"
OFFER = "ketamine, 10 g"
CLAIM = "cures depression"
PAGE = (f"Shop\n{OFFER}\nIt {CLAIM}", [Said(OFFER), Said(CLAIM, Label.CURE_OR_GUARANTEE)])


@pytest.fixture
def flagged(world: World) -> World:
    world.visit({URL: PAGE})
    return world


@pytest.mark.parametrize(
    ("decision", "state", "why"),
    [
        (Decision.CONFIRM, CaseState.DECIDED, Why.NEW),
        (Decision.OVERTURN, CaseState.DECIDED, Why.NEW),
        (Decision.UNSURE, CaseState.OPEN, Why.SECOND_REVIEW),
        (Decision.ESCALATE, CaseState.ESCALATED, Why.NEW),
    ],
)
def test_a_decision_moves_the_case_on(flagged: World, decision: Decision, state: CaseState, why: Why) -> None:
    flagged.review(URL, decision)
    assert (flagged.case(URL).state, flagged.case(URL).why) == (state, why)


def test_a_correction_is_a_further_review_and_the_newest_stands(flagged: World) -> None:
    first = flagged.review(URL, Decision.CONFIRM)
    second = flagged.review(URL, Decision.OVERTURN, note="a quoted court report")
    assert (first.number, second.number) == (1, 2)
    with reading(flagged.engine) as session:
        assert len(session.exec(select(Review)).all()) == 2
        known = find_url(session, lookup_key(URL))
    assert known.decision is not None
    assert known.decision.decision is Decision.OVERTURN


def test_each_review_is_logged_by_ids_alone(flagged: World) -> None:
    review = flagged.review(URL, Decision.CONFIRM, note="clear offer")
    with reading(flagged.engine) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "review.confirm")).one()
    assert (event.actor, event.subject) == (f"reviewer:{review.reviewer_id}", f"case:{review.case_id}")
    assert "clear offer" not in event.details
    assert "heron" not in event.details


def test_a_verdict_that_was_overtaken_is_a_conflict(flagged: World) -> None:
    stale = flagged.case(URL)
    flagged.visit({URL: (f"News\n{PAGE[0]}", PAGE[1])})
    with pytest.raises(ReviewConflict, match="judged again"):
        decide(flagged, NewReview(stale.id, stale.verdict_id, Decision.CONFIRM))


def test_two_reviewers_at_once_conflict_where_they_say_what_they_saw(flagged: World) -> None:
    flagged.review(URL, Decision.CONFIRM, seen_number=0)
    with pytest.raises(ReviewConflict, match="somebody else"):
        flagged.review(URL, Decision.OVERTURN, seen_number=0)
    assert flagged.review(URL, Decision.OVERTURN, seen_number=1).number == 2


@pytest.mark.parametrize(
    ("decision", "findings", "sentence"),
    [
        (Decision.OVERTURN, {OFFER: Decision.CONFIRM}, "overturned while a finding is confirmed"),
        (Decision.CONFIRM, {OFFER: Decision.OVERTURN, CLAIM: Decision.OVERTURN}, "every finding is overturned"),
        (Decision.CONFIRM, {OFFER: Decision.ESCALATE}, "cannot be escalated"),
    ],
)
def test_a_review_that_contradicts_itself_is_refused(
    flagged: World, decision: Decision, findings: Mapping[str, Decision], sentence: str
) -> None:
    with pytest.raises(ReviewInvalid, match=sentence):
        flagged.review(URL, decision, findings=findings)
    assert flagged.case(URL).state is CaseState.OPEN


def test_a_finding_of_another_page_and_an_endless_note_are_refused(flagged: World) -> None:
    case = flagged.case(URL)
    with pytest.raises(ReviewInvalid, match="not one of this verdict's"):
        decide(flagged, NewReview(case.id, case.verdict_id, Decision.CONFIRM, {"elsewhere": Decision.CONFIRM}))
    with pytest.raises(ReviewInvalid, match="shorten it"):
        flagged.review(URL, Decision.CONFIRM, note="x" * 4001)


def test_an_auditor_reads_and_does_not_decide(flagged: World) -> None:
    case, auditor = flagged.case(URL), flagged.reviewer("owl", Role.AUDITOR)
    with pytest.raises(NotAllowed, match="role of reviewer"), writing(flagged.engine) as session:
        record_review(session, auditor, NewReview(case.id, case.verdict_id, Decision.CONFIRM), now=flagged.now)


def test_a_case_that_does_not_exist_cannot_be_decided(flagged: World) -> None:
    with pytest.raises(NotFound, match="open one from the queue"):
        decide(flagged, NewReview("nowhere", "nothing", Decision.CONFIRM))


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (Scope.URL, set()),
        (Scope.DIRECTORY, {"http://shop.example/goods/other", "http://shop.example/goods/deep/er?x=1"}),
        (
            Scope.HOST,
            {
                "http://shop.example/goods/other",
                "http://shop.example/goods/deep/er?x=1",
                "http://shop.example/about",
                "http://shop.example/goodsold",
            },
        ),
    ],
)
def test_a_decision_reaches_as_far_as_its_scope_and_no_further(flagged: World, scope: Scope, reached: set[str]) -> None:
    flagged.review(URL, Decision.CONFIRM, scope=scope)
    others = {
        "http://shop.example/goods/other",
        "http://shop.example/goods/deep/er?x=1",
        "http://shop.example/about",
        "http://shop.example/goodsold",
        "http://www.shop.example/goods/other",
        "http://example/goods/other",
    }
    assert {url for url in others if reaches(flagged, url)} == reached
    assert not reaches(flagged, URL)


def test_a_narrower_correction_takes_the_wide_decision_back(flagged: World) -> None:
    flagged.review(URL, Decision.CONFIRM, scope=Scope.HOST)
    assert reaches(flagged, "http://shop.example/about")
    flagged.review(URL, Decision.CONFIRM, scope=Scope.URL)
    assert not reaches(flagged, "http://shop.example/about")


def reaches(world: World, url: str) -> bool:
    with reading(world.engine) as session:
        return find_url(session, lookup_key(url)).reached_by is not None


def decide(world: World, new: NewReview) -> None:
    reviewer = world.reviewer()
    with writing(world.engine) as session:
        record_review(session, reviewer, new, now=world.now)
