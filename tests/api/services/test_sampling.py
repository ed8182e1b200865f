"""The random sample: which pages it takes, what becomes of them, and the share of violating pages it tells."""

import hashlib
import math
from dataclasses import replace
from datetime import timedelta

import pytest

from api.services.sampling import (
    ASSUMED_PREVALENCE,
    FEWEST_READ,
    Estimate,
    PrevalenceGauge,
    Sample,
    estimate_prevalence,
)
from api.store.engine import reading
from api.store.kinds import CaseState, Decision, Why
from api.store.queries.samples import Stratum, count_waiting, list_strata
from classifier.labels import Outcome
from tests.api.world import Said, World

OFFER = ("Shop\nketamine, 10 g for 90", [Said("ketamine, 10 g for 90")])
CLEAN: tuple[str, list[Said]] = ("Shop\nclosed for good", [])
ALL = Sample(1.0)


def pages(count: int, name: str = "clean") -> list[str]:
    return [f"http://shop.example/{name}-{number}" for number in range(count)]


@pytest.fixture
def sampled(world: World) -> World:
    world.sample = ALL
    return world


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.25, 1.0])
def test_a_sample_holds_its_share_of_pages_and_those_of_smaller_samples(rate: float) -> None:
    ids = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(20_000)]
    held = {page_id for page_id in ids if Sample(rate).holds(page_id)}
    assert len(held) / len(ids) == pytest.approx(rate, abs=0.01)
    assert held <= {page_id for page_id in ids if Sample(min(1.0, rate * 2)).holds(page_id)}


def test_a_clear_page_of_the_sample_waits_for_a_person_and_its_answer_stands(sampled: World) -> None:
    url = pages(1)[0]
    sampled.visit({url: CLEAN})
    case = sampled.case(url)
    assert (case.state, case.why, case.outcome) == (CaseState.OPEN, Why.SAMPLE, Outcome.CLEAR)
    with reading(sampled.engine) as session:
        assert count_waiting(session) == 1
    sampled.review(url, Decision.OVERTURN)
    sampled.visit({url: ("Shop\nclosed, once more", [])})
    assert sampled.case(url).state is CaseState.DECIDED
    with reading(sampled.engine) as session:
        assert count_waiting(session) == 0


def test_an_undecided_case_that_clears_stays_only_in_the_sample(world: World) -> None:
    world.visit({"http://shop.example/k": OFFER})
    world.visit({"http://shop.example/k": CLEAN})
    assert world.case("http://shop.example/k").state is CaseState.CLEARED
    world.sample = ALL
    world.visit({"http://shop.example/k": ("Shop\nclosed for ever", [])})
    case = world.case("http://shop.example/k")
    assert (case.state, case.why) == (CaseState.OPEN, Why.SAMPLE)


def test_a_page_of_the_sample_that_turns_to_selling_is_a_new_case_and_so_is_a_decided_one(sampled: World) -> None:
    unread, read = pages(2)
    sampled.visit({unread: CLEAN, read: CLEAN})
    sampled.review(read, Decision.OVERTURN)
    sampled.visit({unread: OFFER, read: OFFER})
    assert (sampled.case(unread).state, sampled.case(unread).why) == (CaseState.OPEN, Why.NEW)
    assert (sampled.case(read).state, sampled.case(read).why) == (CaseState.OPEN, Why.CHANGED)


def test_strata_count_what_was_judged_and_what_of_the_sample_was_decided(sampled: World) -> None:
    clean, selling = pages(3), pages(2, "offer")
    sampled.visit(dict.fromkeys(clean, CLEAN) | dict.fromkeys(selling, OFFER))
    sampled.review(clean[0], Decision.CONFIRM)
    sampled.review(clean[1], Decision.CONFIRM)
    sampled.review(clean[1], Decision.OVERTURN)
    sampled.review(clean[2], Decision.UNSURE)
    sampled.review(selling[0], Decision.CONFIRM)
    with reading(sampled.engine) as session:
        found = {stratum.outcome: stratum for stratum in list_strata(session, ALL.bound)}
        outside = list_strata(session, Sample(0.0).bound)
    assert found[Outcome.CLEAR] == Stratum(Outcome.CLEAR, 3, 2, 1)
    assert found[Outcome.VIOLATION] == Stratum(Outcome.VIOLATION, 2, 1, 1)
    assert found[Outcome.UNCLEAR] == Stratum(Outcome.UNCLEAR, 0, 0, 0)
    assert [stratum.read for stratum in outside] == [0, 0, 0]


def test_nothing_is_estimated_from_a_few_pages() -> None:
    strata = (Stratum(Outcome.CLEAR, 1000, FEWEST_READ - 1, 0), Stratum(Outcome.VIOLATION, 10, 0, 0))
    assert estimate_prevalence(strata) is None
    assert estimate_prevalence((replace(strata[0], read=FEWEST_READ), strata[1])) is not None


def test_estimate_weighs_each_outcome_by_its_pages() -> None:
    strata = (Stratum(Outcome.VIOLATION, 200, 39, 30), Stratum(Outcome.CLEAR, 800, 99, 4))
    found = estimate_prevalence(strata)
    assert isinstance(found, Estimate)
    assert found.share == pytest.approx(0.2 * 30.5 / 40 + 0.8 * 4.5 / 100)
    margin = 1.96 * math.sqrt(0.2**2 * 0.7625 * 0.2375 / 41 + 0.8**2 * 0.045 * 0.955 / 101)
    assert (found.low, found.high) == pytest.approx((found.share - margin, found.share + margin))
    assert (found.read, found.clear, found.missed) == (138, 99, 4)


def test_reading_flagged_pages_first_does_not_raise_the_estimate() -> None:
    clear = Stratum(Outcome.CLEAR, 900, 90, 0)
    few, many = (estimate_prevalence((clear, Stratum(Outcome.VIOLATION, 100, n, n))) for n in (10, 100))
    assert few is not None
    assert many is not None
    assert few.share == pytest.approx(many.share, abs=0.01)


def test_the_gauge_takes_what_is_stated_then_what_is_estimated_then_what_is_assumed(small_world: World) -> None:
    small_world.sample = ALL
    clean = pages(FEWEST_READ)
    small_world.visit(dict.fromkeys(clean, CLEAN))
    gauge, now = PrevalenceGauge(ALL, None), small_world.now
    with reading(small_world.engine) as session:
        assert PrevalenceGauge(ALL, 0.4).read(session, now) == 0.4
        assert gauge.read(session, now) == ASSUMED_PREVALENCE
    for url in clean:
        small_world.review(url, Decision.OVERTURN)
    with reading(small_world.engine) as session:
        assert gauge.read(session, now + timedelta(minutes=59)) == ASSUMED_PREVALENCE
        assert gauge.read(session, now + timedelta(minutes=61)) == pytest.approx(0.5 / (FEWEST_READ + 1))
