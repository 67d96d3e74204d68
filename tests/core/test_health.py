"""What a terminal tells of itself: short, without names, and never a reason to refuse a request."""

import pytest
from canteen import NOON
from hypothesis import given
from hypothesis import strategies as st

from core.health import HEALTH_LETTERS_MAX, ToldHealth, health_text, read_health

WHOLE = ToldHealth("0.1.0", 12, NOON, ("printer.paper_end", "disk.low"))
TROUBLES_MAX = 20


def test_it_reads_as_it_is_documented() -> None:
    assert health_text(WHOLE).startswith("version=0.1.0; queue=12; oldest=2026-11-24T")
    assert health_text(WHOLE).endswith("; troubles=printer.paper_end,disk.low")


@pytest.mark.parametrize("health", [ToldHealth(), ToldHealth(queue=0), WHOLE])
def test_what_is_told_is_read(health: ToldHealth) -> None:
    assert read_health(health_text(health)) == health


def test_what_cannot_be_read_is_passed_over_part_by_part() -> None:
    text = "version=<b>; queue=-3; oldest=yesterday; troubles=Disk,printer.paper_end; name=Alice"
    assert read_health(text) == ToldHealth(troubles=("printer.paper_end",))
    assert read_health("queue=3; queue=4") == ToldHealth(queue=3)


def test_a_list_of_troubles_has_an_end_on_both_sides() -> None:
    many = tuple(f"part.{'x' * n}" for n in range(1, TROUBLES_MAX + 5))
    assert read_health(health_text(ToldHealth(troubles=many))).troubles == many[:TROUBLES_MAX]
    by_hand = read_health(f"troubles={','.join(many)}")
    assert by_hand.troubles == many[:TROUBLES_MAX]


@given(text=st.text(max_size=2 * HEALTH_LETTERS_MAX))
def test_any_header_is_read(text: str) -> None:
    read_health(text)
