"""What staff can ask of a till, as a screen or the command line sends it.

One frozen shape a command, told apart by its word; `parse_command` is the door. Every command has
an id that its sender makes once: the same id again is answered and not done again.
"""

from datetime import date
from typing import Annotated, Final

import msgspec

from core.basket import ITEMS_MAX, QUANTITY_MAX
from core.facts import Direction
from core.ids import CommandId, EventId, ProductId, PupilId, SessionId, StaffId, TapId
from core.people import BadgeState, PriceClass
from core.presence_facts import LateWhy
from core.profiles import Profile
from core.sale_facts import Tender
from core.wallet import WalletKind

WHY_MAX: Final = 120
CENTS_MAX: Final = 1_000_000
_ID_MAX: Final = 64

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=_ID_MAX, pattern=r"^[\x21-\x7e]+$")]
TapWord = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""As a verdict names its tap: by its reader, and that by its address, blanks and all."""
Why = Annotated[str, msgspec.Meta(max_length=WHY_MAX)]
Cents = Annotated[int, msgspec.Meta(gt=0, le=CENTS_MAX)]
CentsOrNone = Annotated[int, msgspec.Meta(ge=0, le=CENTS_MAX)]
Pieces = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
Pin = Annotated[str, msgspec.Meta(min_length=4, max_length=12, pattern=r"^[0-9]+$")]


class BadCommandError(Exception):
    """A command does not say what it must say; the text says where."""


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that are not known are refused: a misspelt one must not pass for none."""


class Customer(_Shape, frozen=True):
    """Who is served: whoever laid down a badge, a pupil found by name, or, with neither, a guest.

    tap: the `tap` of a verdict of the last minutes. pupil: from a search; the command's `why` says
    why without a badge. price_class: a guest's.
    """

    tap: TapWord | None = None
    pupil: Id | None = None
    price_class: PriceClass = PriceClass.GUEST

    @property
    def tap_id(self) -> TapId | None:
        """The tap, if it is one."""
        return None if self.tap is None else TapId(self.tap)

    @property
    def pupil_id(self) -> PupilId | None:
        """The pupil, if found by name."""
        return None if self.pupil is None else PupilId(self.pupil)


class BasketItem(_Shape, frozen=True):
    """So many pieces of a product."""

    product: Id
    quantity: Pieces = 1

    @property
    def product_id(self) -> ProductId:
        """The product."""
        return ProductId(self.product)


class LineBack(_Shape, frozen=True):
    """So many pieces of the line at a place of a sale, from 0, come back."""

    place: Annotated[int, msgspec.Meta(ge=0, lt=ITEMS_MAX)]
    quantity: Pieces


class _Command(_Shape, frozen=True, tag_field="command", kw_only=True):
    id: Id

    @property
    def command_id(self) -> CommandId:
        """What the sender calls this command."""
        return CommandId(self.id)


class Serve(_Command, frozen=True, tag="serve"):
    """Serve somebody as their tap would: a pupil found by name, or a tap once more.

    accepts: staff were asked about the pupil's own allergens, and go on.
    """

    customer: Customer
    why: Why = ""
    accepts: bool = False


class Sell(_Command, frozen=True, tag="sell"):
    """Sell a basket."""

    customer: Customer
    items: Annotated[tuple[BasketItem, ...], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]
    tender: Tender = Tender.WALLET
    why: Why = ""
    accepts: bool = False


class TopUp(_Command, frozen=True, tag="top_up"):
    """Put cash into a pupil's general wallet.

    is_signed: print the slip with a line to sign on, as at the bursar's. tendered_cents: the cash
    that was handed over, for that slip; 0: just the amount.
    """

    customer: Customer
    amount_cents: Cents
    why: Why = ""
    is_signed: bool = False
    tendered_cents: CentsOrNone = 0


class Undo(_Command, frozen=True, tag="undo"):
    """Take back the last act, within a minute."""


class Void(_Command, frozen=True, tag="void"):
    """Take back an act of the period that is open. document: its event's id."""

    document: Id
    why: Why

    @property
    def document_id(self) -> EventId:
        """The act's event."""
        return EventId(self.document)


class Refund(_Command, frozen=True, tag="refund"):
    """Give back products of a sale. document: its event's id. backs: none means all."""

    document: Id
    why: Why
    backs: Annotated[tuple[LineBack, ...], msgspec.Meta(max_length=ITEMS_MAX)] = ()

    @property
    def document_id(self) -> EventId:
        """The sale's event."""
        return EventId(self.document)


class SignIn(_Command, frozen=True, tag="sign_in"):
    """Take over the till by a PIN. By a badge it needs no command: lay it on the reader."""

    staff: Id
    pin: Pin

    @property
    def staff_id(self) -> StaffId:
        """Who signs in."""
        return StaffId(self.staff)


class SignOut(_Command, frozen=True, tag="sign_out"):
    """Lock the till. is_idle: nobody had touched it for long."""

    is_idle: bool = False


class ReleasePin(_Command, frozen=True, tag="release_pin"):
    """Let a member of staff try their PIN again."""

    staff: Id

    @property
    def staff_id(self) -> StaffId:
        """Whose PIN is locked."""
        return StaffId(self.staff)


class OpenShift(_Command, frozen=True, tag="open_shift"):
    """Open the till with so much change in its drawer (the float)."""

    cash_cents: CentsOrNone


class MoveCash(_Command, frozen=True, tag="move_cash"):
    """Put cash into the drawer, or take it out."""

    direction: Direction
    amount_cents: Cents
    why: Why


class OpenDrawer(_Command, frozen=True, tag="open_drawer"):
    """Open the drawer without a sale."""

    why: Why


class PrintReport(_Command, frozen=True, tag="print_x"):
    """Print the X report of the period that is open. It changes nothing."""


class ClosePeriod(_Command, frozen=True, tag="close_period"):
    """Close the period: the Z report. counted_cents: the cash in the drawer, if counted."""

    counted_cents: CentsOrNone | None = None


class StartTraining(_Command, frozen=True, tag="start_training"):
    """Rehearse from now on."""


class EndTraining(_Command, frozen=True, tag="end_training"):
    """Serve again."""


class ConfirmDay(_Command, frozen=True, tag="confirm_day"):
    """Say which day it is, because the clock cannot be trusted."""

    day: date


class _PresenceCommand(_Command, frozen=True, kw_only=True):
    customer: Customer


class EnterStudy(_PresenceCommand, frozen=True, tag="enter_study"):
    """Let a pupil into a session of study by name. accepts: also without the money."""

    session: Id
    why: Why = ""
    accepts: bool = False

    @property
    def session_id(self) -> SessionId:
        """The session."""
        return SessionId(self.session)


class LeaveStudy(_PresenceCommand, frozen=True, tag="leave_study"):
    """Write a pupil out of a session of study."""

    session: Id
    why: Why = ""

    @property
    def session_id(self) -> SessionId:
        """The session."""
        return SessionId(self.session)


class ArriveLate(_PresenceCommand, frozen=True, tag="arrive_late"):
    """Note a late pupil without a badge."""

    why: Why


class SayWhyLate(_PresenceCommand, frozen=True, tag="say_why_late"):
    """Give the reason of a late arrival that was noted: by its tap, or by its pupil."""

    said: LateWhy


class WithdrawPresence(_PresenceCommand, frozen=True, tag="withdraw_presence"):
    """Take back how a pupil was noted today. session: of study; none: as late, at the gate."""

    why: Why
    session: Id | None = None

    @property
    def session_id(self) -> SessionId | None:
        """The session, if it is about one."""
        return None if self.session is None else SessionId(self.session)


PresenceCommand = EnterStudy | LeaveStudy | ArriveLate | SayWhyLate | WithdrawPresence


class MoveReserve(_PresenceCommand, frozen=True, tag="move_reserve"):
    """Move an amount from one wallet of a pupil to the other. source: out of which."""

    amount_cents: Cents
    source: WalletKind = WalletKind.RESERVE
    why: Why = ""


class GiveBadge(_PresenceCommand, frozen=True, tag="give_badge"):
    """Give a pupil the badge that was laid on the reader.

    tap: of its verdict, in the last minutes. replaces: the key of the pupil's badge that is not in
    use any more; is_lost: because it was lost.
    """

    tap: TapWord
    replaces: Id | None = None
    is_lost: bool = False
    why: Why = ""

    @property
    def tap_id(self) -> TapId:
        """The tap of the new badge."""
        return TapId(self.tap)


class StopBadge(_PresenceCommand, frozen=True, tag="stop_badge"):
    """Stop a badge of a pupil. badge: its key. state: `blocked` or `lost`."""

    badge: Id
    state: BadgeState = BadgeState.BLOCKED
    why: Why = ""


class GiveTicket(_PresenceCommand, frozen=True, tag="give_ticket"):
    """Print a ticket for a pupil who forgot their badge; it holds today."""

    why: Why = ""


class ChooseProfile(_Command, frozen=True, tag="choose_profile"):
    """Make the terminal something else until its timetable's next change; none: go back to it."""

    profile: Profile | None = None


Command = (
    Serve
    | Sell
    | TopUp
    | Undo
    | Void
    | Refund
    | SignIn
    | SignOut
    | ReleasePin
    | OpenShift
    | MoveCash
    | OpenDrawer
    | PrintReport
    | ClosePeriod
    | StartTraining
    | EndTraining
    | ConfirmDay
    | PresenceCommand
    | MoveReserve
    | GiveBadge
    | StopBadge
    | GiveTicket
    | ChooseProfile
)

_DECODER: Final[msgspec.json.Decoder[Command]] = msgspec.json.Decoder(Command)


def parse_command(body: bytes) -> Command:
    """Return the command that a request's body describes.

    body: JSON such as `{"command": "void", "id": "…", "document": "…", "why": "wrong dish"}`.
    Raises BadCommandError, in one line that names the place.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCommandError(f"the command cannot be read: {error}") from error
