"""Meals reserved for a day: paid when they are reserved, collected at most once."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.ids import OrderId, ProductId, PupilId
from core.money import Money


class OrderState(StrEnum):
    """Where an order stands at the centre."""

    RESERVED = "reserved"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    UNCLAIMED = "unclaimed"


@dataclass(frozen=True, slots=True)
class Order:
    """A meal that a pupil reserved and paid for one day."""

    id: OrderId
    pupil_id: PupilId
    day: date
    product_id: ProductId
    price: Money
    state: OrderState
