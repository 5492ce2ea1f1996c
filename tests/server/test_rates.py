"""Who asks too often waits; who asks after the clock was set back does not."""

from server.rates import Buckets
from tests.server.house import Clock


def test_nobody_waits_because_the_servers_clock_was_set_back() -> None:
    clock = Clock(7_200.0)
    buckets = Buckets(60, clock)
    before = buckets.take("phone")
    clock.now -= 3_600
    after = [buckets.take("phone") for _ in range(2)]

    assert (0, [0, 0]) == (before, after)


def test_a_bucket_fills_again_after_the_clock_was_set_back() -> None:
    clock = Clock(7_200.0)
    buckets = Buckets(1, clock)
    clock.now -= 3_600
    first, second = buckets.take("phone"), buckets.take("phone")
    clock.now += 60

    assert (0, 60, 0) == (first, second, buckets.take("phone"))
