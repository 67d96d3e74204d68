"""What the centre answered a moment ago, until the copy holds it: debits and orders at once.

An answer names the cursor from which on a copy holds it. Until then its part of the balance is
added to the copy's, and its order stands in place of the copy's; never both.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from core.ids import CommandId, OrderId, ProductId, PupilId
from core.money import Money, sum_money
from core.order_facts import Decline, RequestState
from core.orders import Order, OrderState

_KEPT_MAX: Final = 512


@dataclass(frozen=True, slots=True)
class CentreAnswer:
    """What the centre said to one question. moved: what the general wallet gained."""

    command: CommandId
    state: RequestState
    why: Decline | None
    moved: Money
    order: Order | None
    cursor: int


@dataclass(slots=True)
class KioskAnswers:
    """The answers that the copy may not hold yet."""

    _kept: OrderedDict[CommandId, tuple[PupilId, CentreAnswer]] = field(default_factory=OrderedDict)

    def add(self, pupil: PupilId, answer: CentreAnswer) -> None:
        """Keep an answer; the same again changes nothing."""
        self._kept[answer.command] = (pupil, answer)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)

    def moved(self, pupil: PupilId, *, cursor: str) -> Money:
        """Return what a pupil's general wallet gained that a copy at a cursor does not hold."""
        return sum_money(one.moved for one in self._newer(pupil, cursor))

    def orders(self, pupil: PupilId, known: Iterable[Order], *, cursor: str) -> tuple[Order, ...]:
        """Return a pupil's orders as they stand: those of a copy at a cursor, and what is newer."""
        orders = {order.id: order for order in known}
        for answer in self._newer(pupil, cursor):
            if answer.order is not None:
                orders[answer.order.id] = answer.order
        return tuple(orders.values())

    def _newer(self, pupil: PupilId, cursor: str) -> list[CentreAnswer]:
        place = int(cursor) if cursor.isdecimal() else 0
        return [
            answer
            for owner, answer in self._kept.values()
            if owner == pupil and answer.cursor > place
        ]


def answer_of(plain: dict[str, object], pupil: PupilId) -> CentreAnswer:
    """Return what a centre's answer says. Raises ValueError, KeyError or TypeError when it is none.

    A reason that this version does not know is another one.
    """
    reason = plain["reason"]
    known = {one.value: one for one in Decline}
    order = plain["order"]
    return CentreAnswer(
        command=CommandId(str(plain["command"])),
        state=RequestState(str(plain["state"])),
        why=None if reason is None else known.get(str(reason), Decline.OTHER),
        moved=Money(_whole(plain["moved_cents"])),
        order=_order(order, pupil) if isinstance(order, dict) else None,
        cursor=int(str(plain["cursor"])),
    )


def _order(plain: dict[str, object], pupil: PupilId) -> Order:
    return Order(
        id=OrderId(str(plain["id"])),
        pupil_id=pupil,
        day=date.fromisoformat(str(plain["day"])),
        product_id=ProductId(str(plain["product"])),
        price=Money(_whole(plain["price_cents"])),
        state=OrderState(str(plain["state"])),
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        message = f"{value!r} is not a whole number"
        raise TypeError(message)
    return value
