"""What a pupil asks of a kiosk: an order that the centre decides, and a slip on paper."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from core.ids import NO_COMMAND, BadgeKey, CommandId, OrderId, ProductId, PupilId, StaffId
from core.kinds import EventKind
from core.people import Allergen
from core.tap import Assurance
from core.value import Value


class OrderAct(StrEnum):
    """What is asked about an order."""

    RESERVE = "reserve"
    CHANGE = "change"
    CANCEL = "cancel"


class RequestState(StrEnum):
    """Where a request stands. Waiting: the centre has not decided; nothing is reserved or paid."""

    WAITING = "waiting"
    GRANTED = "granted"
    DECLINED = "declined"


class Decline(StrEnum):
    """Why an order is not made, changed or cancelled: the whole list."""

    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"
    NO_SERVICE = "no_service"
    NOT_ON_MENU = "not_on_menu"
    NOT_ENOUGH_MONEY = "not_enough_money"
    ALREADY_ORDERED = "already_ordered"
    NOT_RESERVED = "not_reserved"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_PUPIL = "unknown_pupil"
    BAD_BADGE = "bad_badge"
    STILL_WAITING = "still_waiting"
    """An earlier request for that day waits for the centre; only a kiosk says so."""
    OTHER = "other"
    """A reason of a newer centre."""


class OrderRequested(Value):
    """A pupil asked for an order while the centre did not answer. It moves no money.

    The centre grants or declines it, once, when it hears of it. day: the day of the meal. order:
    made by the kiosk for a reservation, else the one that is changed or cancelled. product: what is
    reserved, or wanted instead; None for a cancellation. command: by which the centre knows the
    question that it may have answered without being heard. accepted: the pupil's own allergens in
    the dish, about which the kiosk asked.
    """

    kind: ClassVar[EventKind] = EventKind.ORDER_REQUESTED
    day: date
    pupil: PupilId
    order: OrderId
    act: OrderAct
    product: ProductId | None
    badge: BadgeKey
    assurance: Assurance
    command: CommandId
    accepted: tuple[Allergen, ...] = ()

    def __post_init__(self) -> None:
        needs = self.act is not OrderAct.CANCEL
        assert (self.product is not None) == needs, "a dish is named for what is eaten"


class SlipKind(StrEnum):
    """What a slip says that somebody asked for."""

    PLANNING = "planning"
    BALANCE = "balance"
    TOP_UP = "top_up"
    INVOICE = "invoice"
    """What is due for an activity."""
    APPOINTMENTS = "appointments"
    """Whom the parents meet on the next evening."""
    ACCESS = "access"
    """A fresh access for parents; the code itself is nowhere kept."""
    ACCOUNT = "account"
    """A pupil's account of a period."""


KIOSK_SLIPS: Final = (
    SlipKind.PLANNING,
    SlipKind.BALANCE,
    SlipKind.TOP_UP,
    SlipKind.INVOICE,
    SlipKind.APPOINTMENTS,
)
"""What a pupil may print about themselves; the others are the bursar's to print."""


class SlipPrinted(Value):
    """A slip about a pupil was printed, for them or by the bursar. It moves no money.

    staff: the bursar; None for a pupil at a kiosk.
    """

    kind: ClassVar[EventKind] = EventKind.SLIP_PRINTED
    day: date
    pupil: PupilId
    slip: SlipKind
    badge: BadgeKey | None = None
    command: CommandId = NO_COMMAND
    staff: StaffId | None = None
