"""ISO 20022 `camt.053`, the bank's statement in XML: versions 02 to 08, and later ones.

Elements are found by their local names, so that the version's namespace does not matter; what
moved between versions (the state of an entry, the name of a party) is looked for in both places.
Source: ISO 20022, Bank-to-Customer Cash Management; Febelfin, implementation guideline camt.053.
"""

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import (
    Element,
    ParseError,
)

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from central.bank.entries import (
    BankEntry,
    BankFileError,
    cents_of,
    communication_in,
    plain_reference,
)
from core.money import Money
from core.payment_reference import PaymentReferenceError, parse_iban
from core.text import printable

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(\d\d)\}Document")
_OLDEST = 2
_CURE = "export it from the bank again"


def is_camt(body: bytes) -> bool:
    """Say whether a file looks like XML."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def read_camt(body: bytes) -> list[BankEntry]:
    """Return the booked entries of a camt.053 file. Raises BankFileError."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        message = f"line {line}, column {column}: this is no whole XML file; {_CURE}"
        raise BankFileError(message) from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        message = f"this XML holds what no bank writes ({type(error).__name__}); {_CURE}"
        raise BankFileError(message) from error
    found = _NAMESPACE.fullmatch(str(root.tag))
    if found is None or int(found.group(1)) < _OLDEST:
        message = f"this XML is no camt.053 statement but {root.tag!r}; ask the bank for camt.053"
        raise BankFileError(message)
    entries: list[BankEntry] = []
    for number, statement in enumerate(_all(root, "BkToCstmrStmt/Stmt"), start=1):
        entries += _statement(statement, f"statement {number}")
    return entries


def _statement(statement: Element, place: str) -> list[BankEntry]:
    account = _account(statement, place)
    name = _text(statement, "Id") or _text(statement, "ElctrncSeqNb")
    entries: list[BankEntry] = []
    moved = 0
    for number, entry in enumerate(_all(statement, "Ntry"), start=1):
        where = f"{place}, entry {number}"
        try:
            if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) != "BOOK":
                continue
            found = list(_entry(entry, account, name, where))
        except ValueError as error:
            message = f"{where}: {error}; {_CURE}"
            raise BankFileError(message) from error
        moved += sum(one.amount.cents for one in found)
        entries += found
    _check_balances(statement, moved, place)
    return entries


def _account(statement: Element, place: str) -> str:
    written = _text(statement, "Acct/Id/IBAN")
    try:
        account = parse_iban(written)
    except PaymentReferenceError as error:
        message = f"{place}: its account {written!r} is no IBAN; {_CURE}"
        raise BankFileError(message) from error
    currency = _text(statement, "Acct/Ccy")
    if currency not in ("", "EUR"):
        message = f"{place}: the account is kept in {currency}; only euro can be booked"
        raise BankFileError(message)
    return account


def _entry(entry: Element, account: str, statement: str, place: str) -> Iterator[BankEntry]:
    """Yield an entry, or the payments that it sums up when it names each with its amount."""
    whole = _cents(_one(entry, "Amt"))
    sign = _sign(entry)
    details = _all(entry, "NtryDtls/TxDtls")
    amounts = [_detail_cents(detail) for detail in details]
    known = [amount for amount in amounts if amount is not None]
    is_split = len(details) > 1 and len(known) == len(details) and sum(known) == whole
    if not is_split:
        # One payment, or several whose parts nobody tells: then no communication is theirs alone.
        detail = details[0] if len(details) == 1 else None
        yield _made(entry, detail, account, statement, place, sign * whole)
        return
    for detail, amount in zip(details, known, strict=True):
        yield _made(entry, detail, account, statement, place, sign * amount)


def _made(
    entry: Element, detail: Element | None, account: str, statement: str, place: str, cents: int
) -> BankEntry:
    remittance = "" if detail is None else _remittance(detail)
    reference = "" if detail is None else _text(detail, "Refs/AcctSvcrRef")
    day = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")[:10]
    try:
        booked_on = date.fromisoformat(day)
    except ValueError as error:
        message = f"its booking date {day!r} is none"
        raise ValueError(message) from error
    return BankEntry(
        account=account,
        booked_on=booked_on,
        amount=Money(cents),
        reference=plain_reference(reference) or plain_reference(_text(entry, "AcctSvcrRef")),
        statement=statement,
        place=place,
        communication=communication_in(remittance),
        message=printable(remittance)[:140],
        payer_account="" if detail is None else _text(detail, "RltdPties/DbtrAcct/Id/IBAN"),
        payer_name="" if detail is None else _payer(detail),
        is_reversal=_text(entry, "RvslInd") in ("true", "1"),
    )


def _sign(entry: Element) -> int:
    word = _text(entry, "CdtDbtInd")
    if word not in ("CRDT", "DBIT"):
        message = f"it is neither credit nor debit but {word!r}"
        raise ValueError(message)
    return 1 if word == "CRDT" else -1


def _cents(amount: Element) -> int:
    currency = amount.get("Ccy", "EUR")
    if currency != "EUR":
        message = f"its amount is in {currency}, and only euro can be booked"
        raise ValueError(message)
    return cents_of(amount.text or "")


def _detail_cents(detail: Element) -> int | None:
    found = _all(detail, "Amt") or _all(detail, "AmtDtls/TxAmt/Amt")
    return _cents(found[0]) if found else None


def _remittance(detail: Element) -> str:
    structured = _all(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    free = _all(detail, "RmtInf/Ustrd")
    return " ".join((one.text or "").strip() for one in (*structured, *free)).strip()


def _payer(detail: Element) -> str:
    name = _text(detail, "RltdPties/Dbtr/Pty/Nm") or _text(detail, "RltdPties/Dbtr/Nm")
    return printable(name)[:70]


def _check_balances(statement: Element, moved: int, place: str) -> None:
    """Refuse a statement whose opening balance and entries do not make its closing balance."""
    balances: dict[str, int] = {}
    for balance in _all(statement, "Bal"):
        word = _text(balance, "Tp/CdOrPrtry/Cd")
        if word in ("OPBD", "PRCD", "CLBD"):
            try:
                balances[word] = _sign(balance) * _cents(_one(balance, "Amt"))
            except ValueError as error:
                message = f"{place}: balance {word}: {error}; {_CURE}"
                raise BankFileError(message) from error
    opening = balances.get("OPBD", balances.get("PRCD"))
    closing = balances.get("CLBD")
    if opening is None or closing is None or opening + moved == closing:
        return
    difference = Money(closing - opening - moved)
    message = (
        f"{place}: its entries and balances differ by {difference.text()} euro, so some of it is"
        f" missing; {_CURE}"
    )
    raise BankFileError(message)


def _all(element: Element, path: str) -> list[Element]:
    found = [element]
    for name in path.split("/"):
        found = [
            child
            for parent in found
            for child in parent
            if str(child.tag).rpartition("}")[2] == name
        ]
    return found


def _one(element: Element, name: str) -> Element:
    found = _all(element, name)
    if not found:
        message = f"{name} is missing"
        raise ValueError(message)
    return found[0]


def _text(element: Element, path: str) -> str:
    found = _all(element, path)
    return (found[0].text or "").strip() if found else ""
