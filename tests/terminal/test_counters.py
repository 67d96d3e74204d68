"""What the daemon counts, and how long taps took."""

import pytest
from canteen import NOON, POLICY, Scene, order, tap

from core.decide import decide
from terminal.counters import Counters, percentile_us

US = 1000


def test_each_outcome_has_its_count():
    counters = Counters()
    for scene, duration in (
        (Scene(orders=(order(),)), 1 * US),
        (Scene(), 2 * US),
        (Scene(is_known=False), 3 * US),
    ):
        counters.count(decide(tap(), scene.view(), POLICY, NOON), duration_ns=duration)
    counters.repeats += 2
    assert counters.as_plain() == {
        "taps": 5,
        "collected": 1,
        "sold": 1,
        "refused": 1,
        "noted": 0,
        "duplicates_ignored": 2,
        "tap_us": {"p50": 2, "p95": 3, "p99": 3},
    }


def test_before_the_first_tap_all_is_zero():
    assert Counters().as_plain()["tap_us"] == {"p50": 0, "p95": 0, "p99": 0}


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, 1), (1, 1), (50, 50), (95, 95), (99, 99), (100, 100)],
)
def test_percentiles_of_a_hundred(percent, expected):
    assert percentile_us([n * US for n in range(1, 101)], percent) == expected


@pytest.mark.parametrize("percent", [1, 50, 99, 100])
def test_one_value_is_every_percentile(percent):
    assert percentile_us([7 * US + 999], percent) == 7
