"""A receipt as data: what a paper must say, before anyone thinks of columns or bytes."""

from datetime import datetime
from enum import StrEnum

from core.money import Money, sum_money
from core.people import Language
from core.value import Value


class ReceiptKind(StrEnum):
    """What a receipt documents."""

    COLLECTED = "collected"
    SALE = "sale"
    TOP_UP = "top_up"
    VOID = "void"
    REFUND = "refund"


class SchoolHeader(Value):
    """Who hands out the receipt. `number`: the enterprise number, as printed."""

    name: str
    address: str
    number: str


class ReceiptLine(Value):
    """One product on a receipt."""

    quantity: int
    label: str
    unit_price: Money
    vat_permille: int

    @property
    def total(self) -> Money:
        """The price of the whole line."""
        return self.unit_price * self.quantity


class Receipt(Value):
    """Everything a till receipt says.

    number: continuous per terminal. at: aware UTC. zone_offset_minutes: the school's offset from
    UTC at that moment. person: first name and initial. badge_last4: the end of the badge's printed
    number. wallet_after: the general wallet after it, None when the receipt must not show it.
    is_provisional: the balance rests on a copy that the centre has not confirmed yet.
    reference: the journal's epoch and number of the event, as in `1-42`. tender: the word of the
    means of payment, empty where no money moves. corrects: the number of the receipt that this one
    takes back; 0 for none. The lines of a void or a refund are what was given back, and their sum
    is paid back.
    """

    kind: ReceiptKind
    number: int
    at: datetime
    zone_offset_minutes: int
    school: SchoolHeader
    terminal: str
    operator: str
    person: str
    class_name: str
    badge_last4: str
    lines: tuple[ReceiptLine, ...]
    wallet_after: Money | None
    is_provisional: bool
    reference: str
    language: Language
    is_training: bool = False
    tender: str = "wallet"
    corrects: int = 0

    @property
    def total(self) -> Money:
        """The sum of all lines."""
        return sum_money(line.total for line in self.lines)
