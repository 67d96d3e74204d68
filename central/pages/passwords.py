"""Passwords: argon2id, one at a time, and the same work whether the user exists or not.

19 MiB and two passes, as OWASP's password storage cheat sheet asks at least: about 50 ms on the
machines that schools have. Whoever wants to guess is held by `central.pages.throttle`.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from central.errors import RecordError

PASSWORD_LETTERS_MIN = 10
PASSWORD_LETTERS_MAX = 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check_password(password: str) -> str:
    """Return a new password that can be taken. Raises RecordError."""
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        message = (
            f"the password must have {PASSWORD_LETTERS_MIN} to {PASSWORD_LETTERS_MAX} characters;"
            " a few words that belong together in no book do well"
        )
        raise RecordError(message)
    return password


def hash_password(password: str) -> str:
    """Return what is stored in place of a password."""
    return _HASHER.hash(password)


def is_password(stored: str | None, given: str) -> bool:
    """Say whether a password is the stored one. stored: None costs as much, and is never so."""
    try:
        _HASHER.verify(_nobody() if stored is None else stored, given[: PASSWORD_LETTERS_MAX + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Say whether a stored password was hashed with other costs than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return hash_password("")
