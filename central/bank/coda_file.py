"""CODA, the coded statement of Belgian banks: lines of 128 characters (Febelfin, version 2.6).

The library febelfin-coda cuts the lines and checks the sums; this file reads its result, names
the line at which it stopped, and refuses a statement that ends before its trailer.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from coda import CODA
from stdnum import iban

from central.bank.entries import (
    BankEntry,
    BankFileError,
    communication_in,
    is_communication,
    plain_reference,
)
from core.money import Money
from core.payment_reference import PaymentReferenceError, parse_iban
from core.text import printable

_LINE_LENGTH = 128
_RECORDS = frozenset("0123489")
_STRUCTURED = frozenset({"101", "102"})
_SUMS_UP = frozenset("12")
_CURE = "export it from the bank again"
_STRUCTURE_BBAN, _STRUCTURE_IBAN = "0", "2"


class _Lines:
    """A file's lines, which remembers the number of the last one that was asked for."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line


def read_coda(body: bytes) -> list[BankEntry]:
    """Return the movements of a CODA file. Raises BankFileError."""
    lines = _Lines(_checked_lines(body))
    try:
        statements = CODA(lines).statements
    except (
        AssertionError,
        ArithmeticError,
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        words = " ".join(str(error).split())[:80] or "its sums do not agree"
        message = f"line {lines.number}: this CODA file cannot be read ({words}); {_CURE}"
        raise BankFileError(message) from error
    entries: list[BankEntry] = []
    for number, statement in enumerate(statements, start=1):
        entries += _statement(statement, f"statement {number}")
    return entries


def _checked_lines(body: bytes) -> list[str]:
    try:
        text = body.decode("windows-1252")
    except UnicodeDecodeError as error:
        number = body[: error.start].count(b"\n") + 1
        message = f"line {number}: it holds a byte that CODA does not know; {_CURE}"
        raise BankFileError(message) from error
    lines = [line.rstrip("\r") for line in text.rstrip("\r\n\x1a ").split("\n")]
    # The last line may have lost its blanks with the end of the file.
    lines[-1] = lines[-1].ljust(_LINE_LENGTH)
    for place, line in enumerate(lines, start=1):
        if len(line) != _LINE_LENGTH or line[0] not in _RECORDS:
            message = (
                f"line {place}: a line of CODA has {_LINE_LENGTH} characters and begins with its"
                f" record's digit, this one has {len(line)}; {_CURE}"
            )
            raise BankFileError(message)
    if lines[0][0] != "0":
        message = f"line 1: a CODA file begins with record 0, not {lines[0][0]}; {_CURE}"
        raise BankFileError(message)
    return lines


def _statement(statement: Any, place: str) -> list[BankEntry]:  # noqa: ANN401  untyped library
    if statement.total_credit is None or statement.new_balance is None:
        message = f"{place}: it ends before its trailer; {_CURE}"
        raise BankFileError(message)
    if statement.account_currency != "EUR":
        message = f"{place}: kept in {statement.account_currency}; only euro can be booked"
        raise BankFileError(message)
    account = _account(statement, place)
    name = f"{statement.old_balance_date:%Y}-{statement.coda_sequence or statement.old_sequence}"
    entries: list[BankEntry] = []
    for move in statement.moves:
        for one in _payments(move):
            where = f"{place}, movement {one.sequence}.{one.detail_sequence}"
            entries.append(_entry(one, account, name, where))
    moved = sum(entry.amount.cents for entry in entries)
    expected = _cents(statement.new_balance - statement.old_balance, place)
    if moved != expected:
        message = (
            f"{place}: its movements make {Money(moved).text()} euro, its balances"
            f" {Money(expected).text()}; {_CURE}"
        )
        raise BankFileError(message)
    return entries


def _account(statement: Any, place: str) -> str:  # noqa: ANN401  untyped library
    structure, number = statement._account_structure, statement.account  # noqa: SLF001
    if structure == _STRUCTURE_BBAN and len(number) == 12 and number.isdecimal():  # noqa: PLR2004
        return f"BE{iban.calc_check_digits('BE00' + number)}{number}"
    try:
        return parse_iban(number if structure == _STRUCTURE_IBAN else "")
    except PaymentReferenceError as error:
        message = f"{place}: its account {number!r} is no Belgian IBAN; {_CURE}"
        raise BankFileError(message) from error


def _payments(move: Any) -> list[Any]:  # noqa: ANN401  untyped library
    """Return a movement, or the payments that it sums up when their amounts make its own."""
    parts = [part for part in move.moves if part.amount is not None]
    is_sum = bool(parts) and sum(part.amount for part in parts) == move.amount
    return parts if is_sum and move.transaction_type in _SUMS_UP else [move]


def _entry(move: Any, account: str, statement: str, place: str) -> BankEntry:  # noqa: ANN401
    written = move.communication or ""
    is_structured = move.communication_type in _STRUCTURED and is_communication(written)
    payer = (move.counterparty_account or "").split(" ")[0]
    return BankEntry(
        account=account,
        booked_on=move.entry_date or move.value_date,
        amount=Money(_cents(move.amount, place)),
        reference=plain_reference(move.bank_reference or ""),
        statement=statement,
        place=place,
        communication=written if is_structured else communication_in(written),
        message=printable(" ".join(written.split()))[:140],
        payer_account=payer,
        payer_name=printable(move.counterparty_name or "")[:70],
    )


def _cents(amount: Decimal, place: str) -> int:
    cents = amount * 100
    if cents != cents.to_integral_value():
        message = f"{place}: {amount} has a part of a cent; {_CURE}"
        raise BankFileError(message)
    return int(cents)
