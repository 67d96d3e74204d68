"""The ways in which readers, printers and card lists write one and the same card number. Pure."""

from core.tap import Credential, Family

_EM_BYTES = 5
_SHORT_BYTES = 4


def reversed_hex(value: bytes) -> str:
    """Return a number with its bytes the other way round, in upper-case hexadecimal."""
    return value[::-1].hex().upper()


def printed_em_number(value: bytes) -> str:
    """Return what stands on an EM card: ten decimal digits of its last four bytes, and 3,5."""
    last = value[-4:]
    return (
        f"{int.from_bytes(last, 'big'):010d} ({last[1]:03d},{int.from_bytes(last[2:], 'big'):05d})"
    )


def describe(credential: Credential) -> str:
    """Return every usual writing of a card's number, to be matched with a card list."""
    value = credential.value
    if credential.technology.family in (Family.BARCODE, Family.TYPED):
        return f'"{value.decode("utf-8", errors="replace")}"'
    parts = [credential.hex]
    if len(value) > 1:
        parts.append(f"reversed {reversed_hex(value)}")
    if credential.technology.family is Family.EM4100 and len(value) == _EM_BYTES:
        parts.append(f"printed {printed_em_number(value)}")
    elif 1 < len(value) <= 2 * _SHORT_BYTES:
        straight, turned = int.from_bytes(value, "big"), int.from_bytes(value, "little")
        parts.append(f"decimal {straight} (reversed {turned})")
    return "  ".join(parts)
