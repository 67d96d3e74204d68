"""Looking at a PIN: argon2id takes tens of milliseconds, so never in the till thread.

One is looked at at a time, which also bounds how fast a screen can try. Whoever has no PIN, or is
not known, costs as much as a wrong one.
"""

import threading

from core.ids import StaffId
from core.staff import pin_secret

# A hash of nothing that anybody can type: what is compared when there is none.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm8gc2FsdCBhdCBhbGwuLg$"
    "04KtRDnS8Edk59KevH1qmxVqo2ZYaN8GNDUZjMw22JI"
)


class PinCheck:
    """Compares PINs with what the copy holds of them. Any thread may call."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self._one = threading.Lock()

    def is_right(self, staff: StaffId, pin: str, pin_hash: str) -> bool:
        """Say whether a PIN is a member's. pin_hash: as the copy has it; empty: no PIN."""
        from argon2 import PasswordHasher  # noqa: PLC0415  at the first PIN, not at the start
        from argon2.exceptions import (  # noqa: PLC0415
            InvalidHashError,
            VerificationError,
        )

        with self._one:
            try:
                secret = pin_secret(staff, pin, pepper=self._pepper)
                PasswordHasher().verify(pin_hash or _NOBODY, secret)
            except (VerificationError, InvalidHashError):
                return False
            return bool(pin_hash)
