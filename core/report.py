"""The day's closing as data: what an X report (a look) or a Z report (a closing) must say."""

from datetime import datetime
from enum import StrEnum

from core.money import ZERO, Money
from core.people import Language
from core.receipt import SchoolHeader
from core.value import Value


class ReportKind(StrEnum):
    """Whether a report only looks (X) or closes the period (Z)."""

    X = "x"
    Z = "z"


class ReportCount(Value):
    """How often something happened and for how much.

    label: the word of a category, a tender or a price class, or the school's own text.
    """

    label: str
    count: int
    amount: Money


NONE_SUCH = ReportCount("", 0, ZERO)


class VatTotal(Value):
    """Sales at one VAT rate: the rate in thousandths, the gross amount and the VAT within it."""

    vat_permille: int
    gross: Money
    vat: Money


class CashCount(Value):
    """The cash in the drawer: at opening, as the journal expects it, as a person counted it."""

    opening: Money
    expected: Money
    counted: Money | None

    @property
    def difference(self) -> Money | None:
        """What is counted too much (or, negative, too little); None before the count."""
        return None if self.counted is None else self.counted - self.expected


class Report(Value):
    """Everything an X or Z report says.

    number: of the Z reports of this terminal, without a gap; for an X the number it would close.
    opened_at, closed_at: aware UTC. zone_offset_minutes: the school's offset at the closing.
    meals_collected: meals served that were paid before. grand_total: all sales since the terminal
    was enrolled. unsynced_count: events that the centre has not acknowledged. previous_hash: of the
    previous Z, in hex; empty for the first. first_seq, last_seq: the events it covers, of `epoch`.
    not_collected: orders of the day that nobody collected here; None without a copy. head_hash: of
    the last event covered, in hex. voids_total, refunds_total: since the terminal was enrolled.
    """

    kind: ReportKind
    number: int
    opened_at: datetime
    closed_at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    operator: str
    meals_collected: int
    categories: tuple[ReportCount, ...]
    tenders: tuple[ReportCount, ...]
    vat_totals: tuple[VatTotal, ...]
    voids: ReportCount
    refunds: ReportCount
    cash: CashCount | None
    drawer_openings_without_sale: int
    duplicates_printed: int
    refused_taps: int
    first_receipt_number: int
    last_receipt_number: int
    grand_total: Money
    unsynced_count: int
    previous_hash: str
    language: Language
    is_training: bool = False
    price_classes: tuple[ReportCount, ...] = ()
    top_ups: ReportCount = NONE_SUCH
    settled_later: ReportCount = NONE_SUCH
    meals_voided: int = 0
    not_collected: int | None = None
    epoch: int = 0
    first_seq: int = 0
    last_seq: int = 0
    head_hash: str = ""
    voids_total: Money = ZERO
    refunds_total: Money = ZERO
