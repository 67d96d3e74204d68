"""What can happen at a terminal: one frozen dataclass a kind of event, and their table.

A fact holds all that is needed to book and to explain it, so that a journal can be read
without any other file. A field that is added later has a default: old journals stay readable.
The facts stand in some files by what they are about; this one is the door to all of them.
"""

from core.correction_facts import (
    Correction,
    MealVoided,
    RefundLine,
    SaleRefunded,
    SaleVoided,
    TopUpVoided,
    VoidKind,
)
from core.kinds import EventKind, Reason
from core.machine_facts import (
    ClockChanged,
    DayConfirmed,
    EpochStarted,
    ProfileChosen,
    ReceiptReprinted,
    TerminalStarted,
    TrainingEnded,
    TrainingStarted,
    Trouble,
    TroubleNoted,
)
from core.office_facts import BadgeGiven, BadgeStopped, ReserveMoved, TicketGiven
from core.order_facts import (
    Decline,
    OrderAct,
    OrderRequested,
    RequestState,
    SlipKind,
    SlipPrinted,
)
from core.presence_facts import (
    ArrivedLate,
    LateWhy,
    PresenceWithdrawn,
    StudyEntered,
    StudyLeft,
)
from core.sale_facts import (
    Circumstance,
    MealCollected,
    SaleLine,
    SaleMade,
    SaleRefused,
    TapRefused,
    Tender,
    WalletToppedUp,
)
from core.shift_facts import (
    CashMoved,
    CategoryTotal,
    Direction,
    DrawerOpened,
    PeriodClosed,
    PeriodFigures,
    Perpetual,
    PinRefused,
    PinReleased,
    PriceClassTotal,
    Proof,
    ShiftOpened,
    StaffSignedIn,
    StaffSignedOut,
    Tally,
    TenderTotal,
    VatFigure,
)

SaleFact = MealCollected | SaleMade | WalletToppedUp | TapRefused | SaleRefused
CorrectionFact = MealVoided | SaleVoided | TopUpVoided | SaleRefunded
StaffFact = StaffSignedIn | StaffSignedOut | PinRefused | PinReleased
ShiftFact = ShiftOpened | CashMoved | DrawerOpened | PeriodClosed
MachineFact = (
    TerminalStarted
    | ReceiptReprinted
    | ClockChanged
    | DayConfirmed
    | TrainingStarted
    | TrainingEnded
    | EpochStarted
    | TroubleNoted
    | ProfileChosen
)
OrderFact = OrderRequested | SlipPrinted
PresenceFact = StudyEntered | StudyLeft | ArrivedLate | PresenceWithdrawn
OfficeFact = ReserveMoved | BadgeGiven | BadgeStopped | TicketGiven
Fact = (
    SaleFact
    | CorrectionFact
    | StaffFact
    | ShiftFact
    | MachineFact
    | OrderFact
    | PresenceFact
    | OfficeFact
)

FACTS: dict[EventKind, type[Fact]] = {
    EventKind.TERMINAL_STARTED: TerminalStarted,
    EventKind.MEAL_COLLECTED: MealCollected,
    EventKind.SALE_MADE: SaleMade,
    EventKind.TAP_REFUSED: TapRefused,
    EventKind.RECEIPT_REPRINTED: ReceiptReprinted,
    EventKind.SALE_REFUSED: SaleRefused,
    EventKind.WALLET_TOPPED_UP: WalletToppedUp,
    EventKind.MEAL_VOIDED: MealVoided,
    EventKind.SALE_VOIDED: SaleVoided,
    EventKind.TOP_UP_VOIDED: TopUpVoided,
    EventKind.SALE_REFUNDED: SaleRefunded,
    EventKind.STAFF_SIGNED_IN: StaffSignedIn,
    EventKind.STAFF_SIGNED_OUT: StaffSignedOut,
    EventKind.PIN_REFUSED: PinRefused,
    EventKind.PIN_RELEASED: PinReleased,
    EventKind.SHIFT_OPENED: ShiftOpened,
    EventKind.CASH_MOVED: CashMoved,
    EventKind.DRAWER_OPENED: DrawerOpened,
    EventKind.PERIOD_CLOSED: PeriodClosed,
    EventKind.CLOCK_CHANGED: ClockChanged,
    EventKind.DAY_CONFIRMED: DayConfirmed,
    EventKind.TRAINING_STARTED: TrainingStarted,
    EventKind.TRAINING_ENDED: TrainingEnded,
    EventKind.EPOCH_STARTED: EpochStarted,
    EventKind.TROUBLE_NOTED: TroubleNoted,
    EventKind.ORDER_REQUESTED: OrderRequested,
    EventKind.SLIP_PRINTED: SlipPrinted,
    EventKind.STUDY_ENTERED: StudyEntered,
    EventKind.STUDY_LEFT: StudyLeft,
    EventKind.ARRIVAL_LATE: ArrivedLate,
    EventKind.PRESENCE_WITHDRAWN: PresenceWithdrawn,
    EventKind.RESERVE_MOVED: ReserveMoved,
    EventKind.BADGE_GIVEN: BadgeGiven,
    EventKind.BADGE_STOPPED: BadgeStopped,
    EventKind.TICKET_GIVEN: TicketGiven,
    EventKind.PROFILE_CHOSEN: ProfileChosen,
}

__all__ = [
    "FACTS",
    "ArrivedLate",
    "BadgeGiven",
    "BadgeStopped",
    "CashMoved",
    "CategoryTotal",
    "Circumstance",
    "ClockChanged",
    "Correction",
    "CorrectionFact",
    "DayConfirmed",
    "Decline",
    "Direction",
    "DrawerOpened",
    "EpochStarted",
    "EventKind",
    "Fact",
    "LateWhy",
    "MachineFact",
    "MealCollected",
    "MealVoided",
    "OfficeFact",
    "OrderAct",
    "OrderFact",
    "OrderRequested",
    "PeriodClosed",
    "PeriodFigures",
    "Perpetual",
    "PinRefused",
    "PinReleased",
    "PresenceFact",
    "PresenceWithdrawn",
    "PriceClassTotal",
    "ProfileChosen",
    "Proof",
    "Reason",
    "ReceiptReprinted",
    "RefundLine",
    "RequestState",
    "ReserveMoved",
    "SaleFact",
    "SaleLine",
    "SaleMade",
    "SaleRefunded",
    "SaleRefused",
    "SaleVoided",
    "ShiftFact",
    "ShiftOpened",
    "SlipKind",
    "SlipPrinted",
    "StaffFact",
    "StaffSignedIn",
    "StaffSignedOut",
    "StudyEntered",
    "StudyLeft",
    "Tally",
    "TapRefused",
    "Tender",
    "TenderTotal",
    "TerminalStarted",
    "TicketGiven",
    "TopUpVoided",
    "TrainingEnded",
    "TrainingStarted",
    "Trouble",
    "TroubleNoted",
    "VatFigure",
    "VoidKind",
    "WalletToppedUp",
]
