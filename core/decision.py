"""What a decision says: served, done or refused; and how a person stands before the till."""

from datetime import datetime
from enum import StrEnum

from core.facts import Fact, Reason
from core.ids import NO_COMMAND, CommandId, StaffId
from core.money import ZERO, Money
from core.people import Allergen
from core.receipt import Receipt
from core.tap import Assurance
from core.value import Value


class Presence(Value):
    """How a person stands before the till, and who asks for them.

    assurance: how well the badge proves whose it is; TYPED when staff found the pupil by name, or
    picked the tap from the screen's list. staff, why: who did, and the reason given. accepts:
    staff were told of the pupil's own allergens and go on.
    """

    assurance: Assurance
    staff: StaffId | None = None
    why: str = ""
    accepts: bool = False
    command: CommandId = NO_COMMAND


class Accepted(Value):
    """The person is served.

    label: what was handed out, in the school's words. wallet_after: the general wallet, None
    without one. conflicts: allergens to warn of. is_to_settle: served although the money is not
    there.
    """

    facts: tuple[Fact, ...]
    receipt: Receipt | None
    label: str
    price: Money
    wallet_after: Money | None
    is_sale: bool
    conflicts: frozenset[Allergen]
    is_to_settle: bool = False


class Done(Value):
    """What staff asked for is done. opens_drawer: cash has to go in or out."""

    facts: tuple[Fact, ...]
    receipt: Receipt | None = None
    opens_drawer: bool = False


class NotedAs(StrEnum):
    """What a tap that hands out nothing came to."""

    ENTERED = "entered"
    LEFT = "left"
    PRESENT = "present"
    """Was noted before: nothing new is written."""
    LATE = "late"
    WITHDRAWN = "withdrawn"
    """Had been noted by mistake."""
    SHOWN = "shown"
    """Only known now who stands there, as at a kiosk."""


class Noted(Value):
    """Somebody was there; nothing is handed out.

    facts: none when the tap says nothing new. label: of what, in the school's words. about: the
    session that was meant. due_at: when who is late was due. price: what it costs. wallet_after:
    the general wallet, None where no money is spoken of. earlier_at: when they had been noted
    before.
    """

    facts: tuple[Fact, ...]
    noted_as: NotedAs
    label: str = ""
    about: str = ""
    due_at: datetime | None = None
    price: Money = ZERO
    wallet_after: Money | None = None
    earlier_at: datetime | None = None


class Refused(Value):
    """Nothing happens but the facts that say so.

    earlier_at: when the meal was collected, if that is the reason. conflicts: the allergens that
    staff are asked about, if that is. label: what would have been handed out.
    """

    facts: tuple[Fact, ...]
    reason: Reason
    wallet: Money | None = None
    earlier_at: datetime | None = None
    conflicts: frozenset[Allergen] = frozenset()
    label: str = ""


Served = Accepted | Refused
"""What becomes of a person at the till."""
Decision = Served | Noted
"""What becomes of a tap."""
Outcome = Accepted | Done | Noted | Refused
"""What becomes of a command."""
