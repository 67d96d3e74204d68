"""The codec: every kind of field there and back, and a format that may grow."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from canteen import NOON

from core.codec import CodecError, from_plain, to_plain
from core.money import Money


@dataclass(frozen=True, slots=True)
class Inner:
    word: str


@dataclass(frozen=True, slots=True)
class Outer:
    at: datetime
    price: Money
    tip: Money | None
    inner: Inner
    flags: tuple[bool, ...]
    note: str = "none"


SAMPLE = Outer(NOON, Money(450), None, Inner("soup"), (True, False), "hot")


def test_every_kind_of_field_is_read_back() -> None:
    plain = to_plain(SAMPLE)
    assert plain == {
        "at": "2026-11-24T11:02:00.000Z",
        "price_cents": 450,
        "tip_cents": None,
        "inner": {"word": "soup"},
        "flags": [True, False],
        "note": "hot",
    }
    assert from_plain(Outer, plain) == SAMPLE


def test_a_field_that_came_later_takes_its_default_in_old_data() -> None:
    plain = to_plain(SAMPLE)
    del plain["note"]
    assert from_plain(Outer, plain).note == "none"


def test_a_field_without_default_is_missed_by_name() -> None:
    plain = to_plain(SAMPLE)
    del plain["price_cents"]
    with pytest.raises(CodecError, match="price_cents is missing"):
        from_plain(Outer, plain)


def test_the_way_to_a_fault_is_named() -> None:
    plain = to_plain(SAMPLE) | {"inner": {"word": 5}}
    with pytest.raises(CodecError, match="inner: word: must be of type str"):
        from_plain(Outer, plain)


def test_a_union_of_two_kinds_is_our_own_mistake() -> None:
    @dataclass(frozen=True)
    class Unclear:
        value: int | str

    with pytest.raises(AssertionError, match="no other union"):
        to_plain(Unclear(5))
