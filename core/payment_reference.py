"""References and account numbers of Belgian bank transfers: their check digits, as pure rules."""

import re

from core.errors import CoreError

_COMMUNICATION_MODULUS = 97
_IBAN_REMAINDER = 1
_NUMBER_MAX = 9_999_999_999
_COMMUNICATION = re.compile(r"(?:\+{3}|\*{3})?(\d{3})/(\d{4})/(\d{5})(?:\+{3}|\*{3})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


class PaymentReferenceError(CoreError):
    """A structured communication or an account number is not valid."""


def structured_communication(number: int) -> str:
    """Return the structured communication of a number, as in `+++312/4013/98067+++`.

    number: 0 to 9,999,999,999, padded to ten digits. The check is its remainder by 97, where 0 is
    written 97. Raises PaymentReferenceError outside that range.
    """
    if not 0 <= number <= _NUMBER_MAX:
        message = f"{number} is no base for a structured communication; it has at most ten digits"
        raise PaymentReferenceError(message)
    check = number % _COMMUNICATION_MODULUS or _COMMUNICATION_MODULUS
    return written_communication(f"{number:010d}{check:02d}")


def written_communication(digits: str) -> str:
    """Return twelve digits as people read them: `+++ddd/dddd/ddddd+++`."""
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def parse_communication(written: str) -> str:
    """Return a structured communication in its one written form.

    written: with or without its plus or star signs. Raises PaymentReferenceError when the form or
    the check digits are wrong.
    """
    found = _COMMUNICATION.fullmatch(written.strip())
    if found is not None:
        digits = "".join(found.groups())
        canonical = structured_communication(int(digits[:10]))
        if canonical == written_communication(digits):
            return canonical
    message = f"{written!r} is no structured communication; write it like +++090/9337/55493+++"
    raise PaymentReferenceError(message)


def parse_iban(written: str) -> str:
    """Return an IBAN without blanks, its check digits proven.

    Raises PaymentReferenceError when it is none. Source: ISO 13616, check by ISO 7064 MOD 97-10.
    """
    iban = "".join(written.split()).upper()
    if _IBAN.fullmatch(iban):
        rearranged = iban[4:] + iban[:4]
        number = int("".join(str(int(character, 36)) for character in rearranged))
        if number % _COMMUNICATION_MODULUS == _IBAN_REMAINDER:
            return iban
    message = f"{written!r} is no valid IBAN; copy it from the bank's own papers"
    raise PaymentReferenceError(message)


def grouped_iban(iban: str) -> str:
    """Return an IBAN in groups of four, as people read it."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
