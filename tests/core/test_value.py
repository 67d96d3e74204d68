"""A value is to its users what a frozen dataclass is; how it is made is nobody's business."""

from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import ClassVar

import pytest

from core.value import Value, field


class Dish(Value, order=True):
    """A value with everything that values have."""

    kind: ClassVar[str] = "dish"
    price: int
    name: str = "soup"
    pieces: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.price >= 0, "a dish is not cheaper than free"


@dataclass(frozen=True, slots=True, order=True)
class Twin:
    """The same as a dataclass: the control."""

    price: int
    name: str = "soup"


def test_it_is_replaced_like_a_dataclass_and_checked_again() -> None:
    dish = replace(Dish(450), name="stew")
    assert dish == Dish(450, "stew")
    assert (dish.price, dish.name, dish.kind) == (450, "stew", "dish")
    with pytest.raises(AssertionError, match="cheaper"):
        replace(dish, price=-1)
    with pytest.raises(TypeError, match="vat"):
        replace(dish, vat=6)  # type: ignore[call-arg]  what is not there


def test_it_stays_what_it_is() -> None:
    with pytest.raises(AttributeError):
        Dish(450).price = 1  # type: ignore[misc]  the same that a type checker says
    with pytest.raises(AttributeError):
        del Dish(450).price


def test_a_default_is_made_anew_for_each() -> None:
    first, second = Dish(1), Dish(1)
    first.pieces["bread"] = 2
    assert second.pieces == {}


@pytest.mark.parametrize("kind", [Dish, Twin])
def test_its_fields_are_told_as_those_of_a_dataclass(kind: type[Dish | Twin]) -> None:
    told = {one.name: (one.type, one.default) for one in fields(kind)}
    assert told["name"] == (str, "soup")
    assert told["price"][0] is int
    assert list(told)[:2] == ["price", "name"]
    assert is_dataclass(kind)
    assert asdict(kind(2)) == {"price": 2, "name": "soup"} | (
        {"pieces": {}} if kind is Dish else {}
    )
    assert kind(1) < kind(2)
    assert kind(2) != Money(2)
    assert repr(kind(2)).startswith(f"{kind.__name__}(price=2, name='soup'")


class Money(Value):
    """Another value of the same shape."""

    price: int


def test_values_of_two_kinds_are_never_equal_and_equal_ones_have_one_hash() -> None:
    assert Money(2) != Dish(2)
    assert hash(Money(2)) == hash(Money(2))
    assert len({Money(2), Money(2), Money(3)}) == 2
