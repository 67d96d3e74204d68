"""A ticket for who forgot their badge: a code for one pupil and one day that proves itself.

    T1.20261124.p17.4FZ2K7Q3M5XWJ6AB

The last part is a code over the others by the school's badge key (RFC 2104), which every terminal
of the school holds: so each of them believes it without a network, and another school's terminal,
another day's, or somebody who writes one at home, is refused. It is no secret longer than its day.
"""

import base64
import hashlib
import hmac
from datetime import date
from typing import Final

from core.errors import FalseTicketError
from core.ids import PupilId
from core.tap import Credential, Family
from core.value import Value

_PREFIX: Final = "T1"
_MAC_BYTES: Final = 10
_PARTS: Final = 4
_FAMILIES: Final = frozenset({Family.BARCODE, Family.TYPED})


class Ticket(Value):
    """Whose ticket it is, and the only day on which it holds."""

    day: date
    pupil: PupilId


def ticket_code(ticket: Ticket, *, school_key: bytes) -> str:
    """Return the code of a ticket, as its QR code holds it. school_key: as for `badge_key`."""
    day = f"{ticket.day:%Y%m%d}"
    return f"{_PREFIX}.{day}.{ticket.pupil}.{_mac(day, ticket.pupil, school_key)}"


def is_ticket(credential: Credential) -> bool:
    """Say whether a scanned code is meant to be a ticket."""
    return credential.technology.family in _FAMILIES and credential.value.startswith(b"T1.")


def read_ticket(credential: Credential, *, school_key: bytes) -> Ticket:
    """Return the ticket that a scanned code is. Raises FalseTicketError."""
    try:
        _, day, rest = credential.value.decode().split(".", 2)
        pupil, mac = rest.rsplit(".", 1)
        ticket = Ticket(date.fromisoformat(day), PupilId(pupil))
    except ValueError as error:
        message = "the code is no whole ticket"
        raise FalseTicketError(message) from error
    if not hmac.compare_digest(_mac(day, pupil, school_key).encode(), mac.encode()):
        message = "the code was not made with this school's key"
        raise FalseTicketError(message)
    return ticket


def _mac(day: str, pupil: str, school_key: bytes) -> str:
    # No family of cards is called so: a ticket is never a badge's hash.
    message = b"\0".join((b"ticket", day.encode(), pupil.encode()))
    digest = hmac.digest(school_key, message, hashlib.sha256)[:_MAC_BYTES]
    return base64.b32encode(digest).decode()
