"""One type per kind of id, so that a pupil's id is never taken for an order's."""

from typing import NewType

SchoolId = NewType("SchoolId", str)
TerminalId = NewType("TerminalId", str)
PupilId = NewType("PupilId", str)
OrderId = NewType("OrderId", str)
ProductId = NewType("ProductId", str)
StaffId = NewType("StaffId", str)
SessionId = NewType("SessionId", str)
"""A session of evening study, such as the short one."""
EventId = NewType("EventId", str)
BadgeKey = NewType("BadgeKey", str)
"""A badge's keyed hash in hex: what is stored and sent in place of the card's own number."""
TapId = NewType("TapId", str)
"""One tap through all parts of one terminal; it is never stored or sent."""
CommandId = NewType("CommandId", str)
"""What a screen calls one command: sent twice, it is done once."""
NO_COMMAND = CommandId("")

_RANDOM_BYTES = 10


def uuid7(*, at_ms: int, entropy: bytes) -> EventId:
    """Return a UUID version 7 for a moment and ten random bytes.

    at_ms: Unix time in milliseconds. entropy: 10 bytes, of which 74 bits are used.
    Source: RFC 9562, section 5.7.
    """
    assert len(entropy) == _RANDOM_BYTES, "UUIDv7 takes ten random bytes"
    raw = bytearray(at_ms.to_bytes(6, "big") + entropy)
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    digits = raw.hex()
    groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return EventId("-".join(groups))
