"""What a card with AES says to prove itself: SUN messages, and keys of each card's own. Pure.

A SUN message (secure unique NFC, NXP AN12196) stands in the text of an NTAG 424: number and counter
enciphered, with a MAC that only the card can make. Each message is good once: whoever calls this
keeps the highest counter of each number and refuses what is not above it.
"""

import hmac
from dataclasses import dataclass

_BLOCK_BYTES = 16
_MAC_BYTES = 8
_PICC_TAG = 0xC7
_MAC_SESSION = bytes.fromhex("3CC300010080")
_ENC_SESSION = bytes.fromhex("C33C00010080")
_UID_LAST = 8
_COUNTER_LAST = 11
_DIVERSIFIED_BYTES = 2 * _BLOCK_BYTES
_FIELD = 0x87


@dataclass(frozen=True, slots=True)
class SunMessage:
    """A message whose MAC is right: the card's number, how often it was read, and its secret."""

    uid: bytes
    counter: int
    secret: bytes


def read_sun(
    *, picc: bytes, mac: bytes, enc: bytes = b"", meta_key: bytes, file_key: bytes
) -> SunMessage | None:
    """Return what a SUN message says, or None when the card of these keys did not make it.

    picc, mac, enc: the bytes that stand in the address, 16, 8 and a multiple of 16 or none.
    meta_key, file_key: AES-128 keys of 16 bytes. Source: NXP AN12196, encrypted PICC data.
    """
    if len(picc) != _BLOCK_BYTES or len(mac) != _MAC_BYTES or len(enc) % _BLOCK_BYTES:
        return None
    said = _decrypt(meta_key, bytes(_BLOCK_BYTES), picc)
    if said[0] != _PICC_TAG:
        return None
    uid, counter = said[1:_UID_LAST], said[_UID_LAST:_COUNTER_LAST]
    signed = enc.hex().upper().encode() + b"&cmac=" if enc else b""
    made = cmac(cmac(file_key, _MAC_SESSION + uid + counter), signed)[1::2]
    if not hmac.compare_digest(made, mac):
        return None
    secret = b""
    if enc:
        key = cmac(file_key, _ENC_SESSION + uid + counter)
        secret = _decrypt(key, _encrypt(key, counter.ljust(_BLOCK_BYTES, b"\0")), enc)
    return SunMessage(uid, int.from_bytes(counter, "little"), secret)


def card_key(master_key: bytes, diversifier: bytes) -> bytes:
    """Return a card's own AES-128 key. diversifier: 1 to 31 bytes, its number first.

    Source: NXP AN10922. The input is always two blocks, so a short one is no plain CMAC.
    """
    assert 0 < len(diversifier) < _DIVERSIFIED_BYTES, "a diversifier has 1 to 31 bytes"
    told = b"\x01" + diversifier
    doubled = _double(_encrypt(master_key, bytes(_BLOCK_BYTES)))
    if len(told) < _DIVERSIFIED_BYTES:
        told = (told + b"\x80").ljust(_DIVERSIFIED_BYTES, b"\0")
        doubled = _double(doubled)
    first = _encrypt(master_key, told[:_BLOCK_BYTES])
    mixed = (
        one ^ other ^ last
        for one, other, last in zip(first, told[_BLOCK_BYTES:], doubled, strict=True)
    )
    return _encrypt(master_key, bytes(mixed))


def cmac(key: bytes, message: bytes) -> bytes:
    """Return the AES-CMAC of a message (RFC 4493)."""
    from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415  heavy
    from cryptography.hazmat.primitives.cmac import CMAC  # noqa: PLC0415

    made = CMAC(AES(key))
    made.update(message)
    return made.finalize()


def _double(block: bytes) -> bytes:
    """Return a block doubled in the field of RFC 4493, 2.3."""
    value = int.from_bytes(block, "big") << 1
    folded = value ^ _FIELD if value >> 128 else value
    return (folded & ((1 << 128) - 1)).to_bytes(_BLOCK_BYTES, "big")


def _encrypt(key: bytes, block: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher  # noqa: PLC0415  heavy
    from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.modes import ECB  # noqa: PLC0415

    # One block alone: the bare cipher, which RFC 4493 and AN12196 ask for.
    work = Cipher(AES(key), ECB()).encryptor()  # noqa: S305
    return work.update(block) + work.finalize()


def _decrypt(key: bytes, start: bytes, blocks: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher  # noqa: PLC0415  heavy
    from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.modes import CBC  # noqa: PLC0415

    work = Cipher(AES(key), CBC(start)).decryptor()
    return work.update(blocks) + work.finalize()
