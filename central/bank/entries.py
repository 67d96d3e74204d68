"""What every format of a bank file becomes: entries of one account, amounts in whole cents."""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.be import ogm_vcs
from stdnum.exceptions import ValidationError

from central.errors import RecordError
from core.money import Money

_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,5}))?")
_WRITTEN = re.compile(r"(?<![0-9])([0-9]{3})[/ .-]?([0-9]{4})[/ .-]?([0-9]{5})(?![0-9])")
_NO_REFERENCES = frozenset({"", "NOTPROVIDED", "NONREF", "0"})


class BankFileError(RecordError):
    """A bank file cannot be read; the text says where, what, and the cure. Nothing was booked."""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One booked movement of an account.

    account: the IBAN. amount: negative when it left the account. reference: the bank's own, in
    capitals and digits; empty when it gives none. statement: the bank's name of the statement in
    this format. place: where in the file. communication: the twelve digits of a valid structured
    communication, else empty. message: what the payer wrote. is_reversal: an earlier movement is
    taken back.
    """

    account: str
    booked_on: date
    amount: Money
    reference: str
    statement: str
    place: str
    communication: str
    message: str
    payer_account: str
    payer_name: str
    is_reversal: bool = False


def plain_reference(written: str) -> str:
    """Return a reference as it is compared: capitals and digits alone, empty for none."""
    plain = "".join(character for character in written.upper() if character.isalnum())
    return "" if plain in _NO_REFERENCES else plain


def cents_of(written: str) -> int:
    """Return a decimal amount of the bank's in whole cents. Raises ValueError for a part of one."""
    found = _AMOUNT.fullmatch(written.strip())
    if found is None:
        message = f"{written.strip()!r} is no amount"
        raise ValueError(message)
    euro, decimals = found.group(1), (found.group(2) or "").ljust(2, "0")
    if decimals[2:].strip("0"):
        message = f"{written.strip()!r} has a part of a cent"
        raise ValueError(message)
    return int(euro) * 100 + int(decimals[:2])


def communication_in(text: str) -> str:
    """Return the one valid structured communication in a text, as twelve digits; else empty.

    Parents type it as free text, with or without its signs. Source of the check digits: Febelfin,
    OGM-VCS; python-stdnum.
    """
    found = {
        digits for parts in _WRITTEN.findall(text) if is_communication(digits := "".join(parts))
    }
    return found.pop() if len(found) == 1 else ""


def is_communication(digits: str) -> bool:
    """Say whether twelve digits are a structured communication."""
    try:
        ogm_vcs.validate(digits)
    except ValidationError:
        return False
    return True
