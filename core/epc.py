"""The content of the QR code that banking apps scan to fill in a transfer (EPC069-12, version 2).

    BCD / 002 / 1 (UTF-8) / SCT / BIC / name / IBAN / amount / purpose / structured / unstructured /

A Belgian structured communication is *not* the standard's structured reference (that is ISO 11649,
`RF…`): it goes into the unstructured line, where Belgian banks look for it.
"""

from typing import Final

from core.money import Money
from core.payment_reference import PaymentReferenceError, parse_communication, parse_iban
from core.text import printable

_NAME_LENGTH_MAX: Final = 70
_PAYLOAD_BYTES_MAX: Final = 331
_AMOUNT_CENTS_MAX: Final = 99_999_999_999


def epc_payload(
    *, beneficiary: str, iban: str, amount_cents: int | None, communication: str
) -> str:
    """Return the text of the payment QR code.

    amount_cents: 1 to 99,999,999,999, or None to let the payer choose. Result: at most 331 bytes of
    UTF-8, fit for level M. Raises PaymentReferenceError when IBAN, communication or amount is
    wrong.
    """
    name = printable(beneficiary)[:_NAME_LENGTH_MAX].strip()
    if not name:
        message = "a payment slip needs the beneficiary's name; set the school's account holder"
        raise PaymentReferenceError(message)
    account, reference = parse_iban(iban), parse_communication(communication)
    lines = (
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        name,
        account,
        _amount_text(amount_cents),
        "",
        "",
        reference,
        "",
    )
    payload = "\n".join(lines)
    assert len(payload.encode()) <= _PAYLOAD_BYTES_MAX, "every line has a bound, so has the sum"
    return payload


def _amount_text(amount_cents: int | None) -> str:
    if amount_cents is None:
        return ""
    if not 0 < amount_cents <= _AMOUNT_CENTS_MAX:
        message = f"{amount_cents} cents cannot be asked for by QR code; the least is one cent"
        raise PaymentReferenceError(message)
    return f"EUR{Money(amount_cents).text()}"
