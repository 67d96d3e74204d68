"""Values that msgspec writes at once: the same bytes as the plain values, canonically."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from core.chain import canonical
from core.codec import moment_text, to_plain, written_key
from core.money import ZERO, Money
from core.value import Value
from core.written import Forms, write_in_order

FORMS = Forms(key=written_key, words={datetime: moment_text}, omits_defaults=True)
WHOLE = Forms(key=lambda name, _: name, words={}, omits_defaults=False)


class Mood(StrEnum):
    """A word."""

    GOOD = "good"
    BAD = "bad"


class Part(Value):
    """A value in a value."""

    size: int
    price: Money = ZERO


class One(Value):
    """A value of one field."""

    price: Money


class Whole(Value):
    """A value with a field of every kind, none in the order of its key."""

    word: str
    price: Money
    at: datetime
    day: date
    part: Part
    some: Money | None
    parts: tuple[Part, ...]
    mood: Mood = Mood.GOOD
    later: Money | None = None
    is_new: bool = False
    counts: tuple[int, ...] = ()
    usual: Part = Part(1)
    many: tuple[str, ...] = ("a", "b")


NOON = datetime(2026, 11, 28, 11, 0, 1, 120_000, tzinfo=UTC)
LEAST = Whole("w", Money(4), NOON, NOON.date(), Part(3), None, ())
MOST = Whole(
    *("\u00c9l\u00e8ve", Money(-4), NOON, NOON.date(), Part(3, Money(2)), Money(0)),
    (Part(1), Part(2, Money(5))),
    Mood.BAD,
    Money(1000),
    is_new=True,
    counts=(300, -1),
    usual=Part(2),
    many=("a",),
)


@pytest.mark.parametrize("value", [LEAST, MOST, One(Money(5)), Part(7)])
def test_a_value_is_written_as_its_plain_values_are(value: Value) -> None:
    assert write_in_order(FORMS.twin_of(value)) == canonical(to_plain(value))


def test_a_default_is_left_out_also_where_it_was_made_anew() -> None:
    word = "ax"[:1]
    made = Whole(
        "w", Money(4), NOON, NOON.date(), Part(3), None, (), usual=Part(1), many=(word, "b")
    )
    assert write_in_order(FORMS.twin_of(made)) == canonical(to_plain(LEAST))


def test_a_family_that_keeps_defaults_writes_them() -> None:
    assert write_in_order(WHOLE.twin_of(Part(7))) == b'{"price":0,"size":7}'


def test_what_nobody_knows_how_to_write_is_refused() -> None:
    class Odd(Value):
        size: float

    with pytest.raises(AssertionError, match="no way to write"):
        FORMS.twin_of(Odd(1.5))
