"""The centre's word on a closing: the same bytes for the same receipt, and one form alone."""

from base64 import b64encode

import pytest
from canteen import NOON, TODAY

from core.chain import canonical
from core.codec import CodecError, to_plain
from core.day_receipt import (
    DOMAIN,
    DayReceipt,
    SignedReceipt,
    receipt_bytes,
    receipt_from_plain,
    signed_bytes,
    signed_from_plain,
)
from core.ids import EventId, SchoolId, TerminalId
from core.money import Money

RECEIPT = DayReceipt(
    school=SchoolId("athenee"),
    terminal=TerminalId("till-1"),
    epoch=1,
    seq=40,
    closing=EventId("e40"),
    number=7,
    day=TODAY,
    head_hash="ab" * 32,
    events=39,
    collected=12,
    sales=Money(5400),
    cash=Money(1250),
    differences=0,
    booked_at=NOON,
)


def test_a_receipt_comes_back_from_its_plain_form() -> None:
    assert receipt_from_plain(to_plain(RECEIPT)) == RECEIPT
    assert receipt_bytes(RECEIPT) == canonical(to_plain(RECEIPT))


def test_what_a_newer_centre_adds_stays_under_its_signature() -> None:
    body = canonical({**to_plain(RECEIPT), "weather": "rain"})  # type: ignore[dict-item]
    signed = SignedReceipt(RECEIPT, body, b"s" * 64)
    assert signed_from_plain(signed.plain) == signed
    assert b"rain" in signed.body


def test_a_receipts_signature_stands_for_nothing_else() -> None:
    assert signed_bytes(b"{}") == DOMAIN + b"{}"
    assert DOMAIN.endswith(b"\0"), "no text goes on where this ends"


@pytest.mark.parametrize(
    ("plain", "wrong"),
    [
        (None, "must be an object"),
        ({"receipt": to_plain(RECEIPT), "signature": "no base64!"}, "signature: must be base64"),
        ({"receipt": {}, "signature": b64encode(b"s").decode()}, "school"),
    ],
)
def test_what_is_no_signed_receipt_is_told_by_its_place(plain: object, wrong: str) -> None:
    with pytest.raises(CodecError, match=wrong):
        signed_from_plain(plain)
