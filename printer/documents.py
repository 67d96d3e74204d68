"""Every document a terminal can print, as data: what it says, before columns and bytes.

The till receipt and the closing report are facts of the core; the slips live here. All moments are
aware UTC with the school's offset beside them; a pupil is first name and initial, never more.
"""

from datetime import date, datetime

from core.money import Money
from core.people import Language
from core.receipt import Receipt, SchoolHeader
from core.report import Report
from core.value import Value


class Reservation(Value):
    """A meal or sandwich ordered for a day."""

    on: date
    label: str
    price: Money
    is_collected: bool = False
    is_waiting: bool = False
    """Asked for, and not decided by the centre: neither reserved nor paid."""


class KioskSlip(Value):
    """What a pupil asked a kiosk for: balances and the reservations to come.

    general, reserve: the two wallets; None when they were not asked for. reservations: None when
    they were not.
    """

    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    person: str
    class_name: str
    badge_last4: str
    general: Money | None
    reserve: Money | None
    is_provisional: bool
    reservations: tuple[Reservation, ...] | None
    language: Language
    is_training: bool = False


class BursarSlip(Value):
    """Cash that crossed the bursar's counter; signed by whoever brought or took it.

    amount: what was credited to (or, negative, paid out of) the general wallet. tendered: the cash
    handed over; change: the cash given back. drawer_event: reference of the drawer's opening.
    """

    number: int
    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    operator: str
    person: str
    class_name: str
    badge_last4: str
    amount: Money
    tendered: Money
    change: Money
    wallet_after: Money | None
    is_provisional: bool
    reference: str
    drawer_event: str
    language: Language
    is_training: bool = False


class TopUpSlip(Value):
    """How to put money on a wallet by bank transfer; it promises nothing before the centre books.

    communication: structured, as in `+++090/9337/55493+++`. suggested: what to transfer; None
    leaves it to the parents.
    """

    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    person: str
    class_name: str
    beneficiary: str
    iban: str
    communication: str
    suggested: Money | None
    language: Language
    is_training: bool = False


class InvoiceSlip(Value):
    """What is due for a trip or an activity, whole or as instalment k of n."""

    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    person: str
    class_name: str
    title: str
    total: Money
    paid: Money
    due: Money
    due_on: date
    instalment: int
    instalment_count: int
    beneficiary: str
    iban: str
    communication: str
    language: Language
    is_training: bool = False


class NoticeLine(Value):
    """One row of a notice: what stands left, and what stands right of it."""

    left: str
    right: str = ""


class Notice(Value):
    """A short paper for a family: appointments with teachers, a fresh access token.

    code: the content of a QR code, empty for none. secret: printed large and never logged.
    """

    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    person: str
    class_name: str
    title: str
    lines: tuple[NoticeLine, ...]
    secret: str
    code: str
    language: Language
    is_training: bool = False


class SelfTest(Value):
    """The page of `printer test`: what this printer was found to be, and how it prints."""

    at: datetime
    zone_offset_minutes: int
    url: str
    profile: str
    columns: int
    code_page: str
    fence: str
    findings: tuple[str, ...]
    language: Language


Document = Receipt | KioskSlip | BursarSlip | TopUpSlip | InvoiceSlip | Notice | Report | SelfTest
