"""Who works at the till, what each may do, and for how long a wrong PIN locks.

A PIN has few digits, so nothing but waiting protects it: after five wrong ones the next try must
wait, twice as long after each further one, and after ten somebody else has to release it. The
count is a sum over the journal, so that a restart does not forget it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from core.ids import StaffId
from core.value import Value


class Right(StrEnum):
    """What a member of staff may do at a terminal, beside taking taps."""

    SELL = "sell"
    SERVE_BY_NAME = "serve_by_name"
    TOP_UP = "top_up"
    VOID = "void"
    REFUND = "refund"
    CASH = "cash"
    CLOSE = "close"
    TRAINING = "training"
    SUPERVISE = "supervise"
    OFFICE = "office"
    """The bursar's own: wallets moved, badges and tickets given, accounts, exceptions."""


class StaffMember(Value):
    """A member of staff as a terminal knows them.

    name: as the screen and papers show it. pin_hash: argon2id over `pin_secret`, in its PHC form;
    empty: no PIN.
    """

    id: StaffId
    name: str
    pin_hash: str
    rights: frozenset[Right]


def pin_secret(staff: StaffId, pin: str, *, pepper: bytes) -> str:
    """Return what is hashed in place of a PIN: 64 hexadecimal digits.

    pepper: a secret of the school, 16 bytes or more, that does not lie beside the hashes. It and
    the member's id go in by HMAC-SHA-256 (RFC 2104), since a PIN alone is soon tried out whatever
    hashes it.
    """
    message = b"pin\0" + staff.encode() + b"\0" + pin.encode()
    return hmac.digest(pepper, message, hashlib.sha256).hex()


FREE_TRIES = 5
RELEASE_AFTER = 10
TERMINAL_FREE_TRIES = 10
FIRST_WAIT = timedelta(seconds=30)
WAIT_MAX = timedelta(minutes=30)
_DOUBLINGS_MAX = 6


class WrongPins(Value):
    """Wrong PINs in a row: how many, and when the last was typed."""

    count: int
    last_at: datetime


class PinLock(Value):
    """Why no PIN is looked at. until: None when somebody else must release it."""

    until: datetime | None


def pin_lock(
    staff: StaffId, wrong: Mapping[StaffId, WrongPins], at_terminal: WrongPins | None, now: datetime
) -> PinLock | None:
    """Return what keeps a member of staff from trying a PIN now; None when nothing does.

    wrong: of each member of staff, since the last right one. at_terminal: of all together. A clock
    that stood far in the future when the PIN was typed locks nobody until then: there are ten tries
    in all, however long the waits between them.
    """
    own = wrong.get(staff)
    if own is not None and own.count >= RELEASE_AFTER:
        return PinLock(until=None)
    ends = [
        end
        for wrong_pins, free in ((own, FREE_TRIES), (at_terminal, TERMINAL_FREE_TRIES))
        if wrong_pins is not None
        and wrong_pins.count >= free
        and wrong_pins.last_at - WAIT_MAX <= now < (end := _wait_end(wrong_pins, free))
    ]
    return PinLock(until=max(ends)) if ends else None


def _wait_end(wrong: WrongPins, free_tries: int) -> datetime:
    wait = FIRST_WAIT
    for _ in range(min(wrong.count - free_tries, _DOUBLINGS_MAX)):
        wait += wait
    return wrong.last_at + min(WAIT_MAX, wait)
