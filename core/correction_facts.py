"""Facts that correct earlier facts: each names the one it corrects and holds it whole.

A void takes back everything, before the period is closed; an undo is a void of the last act,
within a minute. A refund gives back products of a sale, also of a period that is closed.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from core.ids import NO_COMMAND, CommandId, EventId, PupilId, StaffId
from core.kinds import EventKind
from core.money import Money, sum_money
from core.people import PriceClass
from core.sale_facts import MealCollected, SaleLine, SaleMade, Tender, WalletToppedUp
from core.value import Value


class VoidKind(StrEnum):
    """How something was taken back."""

    UNDO = "undo"
    VOID = "void"


class Correction(Value):
    """Which event is corrected, by whom and why. receipt: the correction's own receipt number."""

    document: EventId
    staff: StaffId | None
    why: str
    receipt: int
    command: CommandId = NO_COMMAND


class MealVoided(Value):
    """A meal was not handed out after all: its order waits again."""

    kind: ClassVar[EventKind] = EventKind.MEAL_VOIDED
    day: date
    how: VoidKind
    correction: Correction
    meal: MealCollected


class SaleVoided(Value):
    """A whole sale was taken back."""

    kind: ClassVar[EventKind] = EventKind.SALE_VOIDED
    day: date
    how: VoidKind
    correction: Correction
    sale: SaleMade


class TopUpVoided(Value):
    """A cash top-up was taken back, and the cash handed out again."""

    kind: ClassVar[EventKind] = EventKind.TOP_UP_VOIDED
    day: date
    how: VoidKind
    correction: Correction
    top_up: WalletToppedUp


class RefundLine(Value):
    """Products given back. `place`: the line's place in the sale, from 0; `line`: how many."""

    place: int
    line: SaleLine


class SaleRefunded(Value):
    """Products of a sale were given back and paid back, by the means they were paid with.

    sold_on: the day of the sale, whose limits they count for no more; None in the oldest journals.
    is_to_settle: of the sale; older journals do not tell it.
    """

    kind: ClassVar[EventKind] = EventKind.SALE_REFUNDED
    day: date
    correction: Correction
    pupil: PupilId | None
    price_class: PriceClass
    tender: Tender
    lines: tuple[RefundLine, ...]
    total: Money
    sold_on: date | None = None
    is_to_settle: bool = False

    def __post_init__(self) -> None:
        assert self.lines, "a refund has a line"
        assert self.total == sum_money(given.line.total for given in self.lines), (
            "the lines make the sum"
        )
        assert self.tender is not Tender.WALLET or self.pupil is not None, "a wallet has an owner"
