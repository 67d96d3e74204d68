"""Meals reserved for a day: paid when they are reserved, collected at most once."""

from datetime import date
from enum import StrEnum

from core.ids import CommandId, OrderId, ProductId, PupilId
from core.money import Money
from core.order_facts import Decline, OrderAct, RequestState
from core.value import Value


class OrderState(StrEnum):
    """Where an order stands at the centre."""

    RESERVED = "reserved"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    UNCLAIMED = "unclaimed"


class Order(Value):
    """A meal that a pupil reserved and paid for one day."""

    id: OrderId
    pupil_id: PupilId
    day: date
    product_id: ProductId
    price: Money
    state: OrderState


class OrderRequest(Value):
    """What was asked for while the centre did not answer, and where that stands.

    product_id: None for a cancellation. why: the reason when it was declined, else None.
    """

    command: CommandId
    pupil_id: PupilId
    order_id: OrderId
    day: date
    act: OrderAct
    product_id: ProductId | None
    state: RequestState
    why: Decline | None = None
