"""The lunch that the headless demo plays: from a seed, with what happens in a queue."""

from collections import Counter

import pytest
from till_rig import card

from cli.demo_lunch import LunchTap, play_lunch

OTHERS = [card(number) for number in range(60)]
SPECIAL = [card(number) for number in range(200, 210)]


def lunch(seed: int = 7, taps: int = 120) -> list[LunchTap]:
    return list(play_lunch(special=SPECIAL, others=OTHERS, seed=seed, taps=taps))


def test_the_same_seed_is_the_same_lunch() -> None:
    assert lunch() == lunch()
    assert lunch(seed=8) != lunch()
    assert lunch(taps=50) == lunch()[:50]


@pytest.mark.parametrize("taps", [1, 2, 25, 26, 27, 500])
def test_so_many_taps_exactly(taps: int) -> None:
    assert len(lunch(taps=taps)) == taps


def test_badges_that_lie_there_are_read_twice() -> None:
    played = lunch()
    lying = [place for place, tap in enumerate(played) if tap.stays]
    assert lying
    for first, second in zip(lying[::2], lying[1::2], strict=True):
        assert second == first + 1
        assert played[first] == played[second]


def test_every_special_badge_comes_and_some_pupils_come_back() -> None:
    counts = Counter(tap.credential for tap in lunch() if not tap.stays)
    assert set(SPECIAL) <= counts.keys()
    assert max(counts.values()) > 1


def test_a_long_lunch_of_a_small_school_goes_on() -> None:
    assert len(list(play_lunch(special=[], others=OTHERS[:2], seed=1, taps=300))) == 300
