"""The signed receipt of a closing: the centre's word that it holds a terminal's day, and its sums.

A journal that a school keeps by itself proves its order, not its honesty. The receipt anchors it
outside: it names the last event that the closing covers by its hash, and so, through the chain,
every event before it. Ed25519 gives the same signature for the same bytes, however often it is
asked for.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date, datetime

from core.chain import canonical
from core.codec import CodecError, Plain, from_plain, to_plain
from core.ids import EventId, SchoolId, TerminalId
from core.money import Money
from core.value import Value

DOMAIN = b"refectory receipt of the day\0"
"""What is signed begins with this, so that no other signature of the centre's can stand for it."""


class DayReceipt(Value):
    """What the centre has booked of one closing.

    closing: the event of the closing, with its place (epoch, seq). number: the closing's own.
    head_hash: hex, of the last event that it covers. differences: how many sums of the closing
    the books do not confirm; 0 when they agree. The amounts are the books', not the terminal's.
    """

    school: SchoolId
    terminal: TerminalId
    epoch: int
    seq: int
    closing: EventId
    number: int
    day: date
    head_hash: str
    events: int
    collected: int
    sales: Money
    cash: Money
    differences: int
    booked_at: datetime


class SignedReceipt(Value):
    """A receipt as it travels. body: its canonical bytes, with what a newer centre may add."""

    receipt: DayReceipt
    body: bytes
    signature: bytes

    @property
    def plain(self) -> Plain:
        """The form in which it is sent and kept."""
        return {
            "receipt": json.loads(self.body),
            "signature": b64encode(self.signature).decode(),
        }


def signed_from_plain(plain: object) -> SignedReceipt:
    """Return the signed receipt of plain JSON values. Raises CodecError; proves no signature."""
    if not isinstance(plain, Mapping):
        message = "a signed receipt must be an object"
        raise CodecError(message)
    told = plain.get("receipt")
    try:
        signature = b64decode(str(plain.get("signature")), validate=True)
    except ValueError as error:
        message = "signature: must be base64"
        raise CodecError(message) from error
    return SignedReceipt(receipt_from_plain(told), canonical(told), signature)


def signed_bytes(receipt: bytes) -> bytes:
    """Return what the signature covers. receipt: its canonical bytes."""
    return DOMAIN + receipt


def receipt_bytes(receipt: DayReceipt) -> bytes:
    """Return a receipt's canonical bytes: what is stored, signed and sent."""
    return canonical(to_plain(receipt))


def receipt_from_plain(plain: object) -> DayReceipt:
    """Return the receipt that plain JSON values describe. Raises CodecError."""
    return from_plain(DayReceipt, plain)
