"""Buckets of units: taken whole or not at all, filled up again by time."""

from api.limits import Allowance, TokenBuckets
from tests.api.serving import HandClock
from tests.api.world import MONDAY


def test_units_are_taken_whole_or_not_at_all() -> None:
    buckets = TokenBuckets(HandClock(MONDAY).monotonic, capacity=10, per_second=1)
    assert buckets.take("a", 8) == Allowance(True, remaining=2, wait_seconds=0, full_seconds=8)
    assert buckets.take("a", 3) == Allowance(False, remaining=2, wait_seconds=1, full_seconds=8)
    assert buckets.take("a", 2) == Allowance(True, remaining=0, wait_seconds=0, full_seconds=10)


def test_a_bucket_fills_up_with_time_and_never_over() -> None:
    clock = HandClock(MONDAY)
    buckets = TokenBuckets(clock.monotonic, capacity=10, per_second=2)
    buckets.take("a", 10)
    clock.pass_seconds(2)
    assert buckets.take("a", 4).remaining == 0
    clock.pass_seconds(1000)
    assert buckets.take("a", 1).remaining == 9


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = TokenBuckets(HandClock(MONDAY).monotonic, capacity=1)
    assert buckets.take("a", 1).is_granted
    assert buckets.take("b", 1).is_granted
    assert not buckets.take("a", 1).is_granted
