"""The hash of a PIN, as copies carry it to the tills."""

from core.ids import StaffId
from core.staff import pin_secret

SALT_BYTES = 16
_TIME_COST = 2
_MEMORY_KIB = 19 * 1024
_HASH_BYTES = 32


def pin_hash(staff: StaffId, pin: str, *, pepper: bytes, salt: bytes) -> str:
    """Return the argon2id hash of a member's PIN in its PHC form (RFC 9106).

    pepper: the school's badge key, which a terminal gets when it is enrolled and which stands in no
    copy. salt: 16 random bytes. Two passes over 19 MiB, about 50 ms on a small machine.
    """
    assert len(salt) == SALT_BYTES, "a salt has 16 bytes"
    from argon2.low_level import Type, hash_secret  # noqa: PLC0415  few commands hash a PIN

    return hash_secret(
        pin_secret(staff, pin, pepper=pepper).encode(),
        salt,
        time_cost=_TIME_COST,
        memory_cost=_MEMORY_KIB,
        parallelism=1,
        hash_len=_HASH_BYTES,
        type=Type.ID,
    ).decode()
