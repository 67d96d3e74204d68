"""The codec: every kind of field there and back, and a format that may grow."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from types import MappingProxyType

import pytest
from canteen import NOON
from hypothesis import given
from hypothesis import strategies as st

from core.codec import CodecError, from_plain, moment_text, read_moment, to_plain
from core.money import Money
from core.people import Language


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


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


@dataclass(frozen=True, slots=True)
class Strict:
    count: int
    price: Money
    is_hot: bool
    size: Size
    language: Language
    day: date
    tip: Money | None
    inners: tuple[Inner, ...] = ()


STRICT = Strict(2, Money(450), True, Size.LARGE, Language.FR, NOON.date(), None, (Inner("soup"),))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("count", True, "count: must be of type int"),
        ("count", None, "count: must be of type int"),
        ("price_cents", True, "price_cents: must be of type int"),
        ("price_cents", "450", "price_cents: must be of type int"),
        ("is_hot", 1, "is_hot: must be of type bool"),
        ("size", 3, "size: 3 is not a valid Size"),
        ("size", [], r"size: \[\] is not a valid Size"),
        ("language", "klingon", "language: 'klingon' is not a valid Language"),
        ("language", None, "language: None is not a valid Language"),
        ("day", "2026-02-30", "day: day is out of range for month"),
        ("day", 20261124, "day: must be of type str"),
        ("tip_cents", "none", "tip_cents: must be of type int"),
        ("inners", {"word": "soup"}, "inners: must be a list"),
        ("inners", [{"word": "soup"}, {"word": 5}], "inners: word: must be of type str"),
        ("inners", ["soup"], "inners: Inner must be an object"),
    ],
)
def test_a_value_of_another_type_is_told_in_words(key: str, value: object, words: str) -> None:
    plain = to_plain(STRICT) | {key: value}
    with pytest.raises(CodecError, match=words):
        from_plain(Strict, plain)
    # Nothing of it is remembered: the good value is read as before.
    assert from_plain(Strict, to_plain(STRICT)) == STRICT


def test_the_first_fault_in_the_order_of_the_fields_is_the_one_told() -> None:
    plain = to_plain(STRICT) | {"day": "x", "count": "x", "size": 9}
    del plain["price_cents"]
    with pytest.raises(CodecError, match="count: must be"):
        from_plain(Strict, plain)


def test_any_mapping_is_read_and_nothing_else() -> None:
    assert from_plain(Strict, MappingProxyType(to_plain(STRICT))) == STRICT
    for other in (None, [], "{}", 5):
        with pytest.raises(CodecError, match="Strict must be an object"):
            from_plain(Strict, other)


def test_a_number_in_place_of_its_enum_is_the_enum() -> None:
    found = from_plain(Strict, to_plain(STRICT) | {"size": 1})
    assert found.size is Size.SMALL


@dataclass(frozen=True)
class Choosy:
    word: str

    def __post_init__(self) -> None:
        if self.word == "bad":
            raise ValueError("our own rule")


def test_what_a_class_itself_refuses_is_not_taken_for_a_fault_of_a_key() -> None:
    with pytest.raises(ValueError, match=r"^our own rule$"):
        from_plain(Choosy, {"word": "bad"})


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_to_the_millisecond(moment: datetime) -> None:
    found = read_moment(moment_text(moment))
    assert found.tzinfo is UTC
    assert moment - found < timedelta(milliseconds=1)
