"""Canonical bytes and the hash chain over them: what makes a journal provable.

Each event's hash is SHA-256 over the 32 raw bytes of the hash before it, followed by the event's
own canonical bytes. The first event of a terminal's first epoch follows 32 zero bytes.
"""

import hashlib
import json
from collections.abc import Sequence

GENESIS = bytes(32)
_encoder = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(plain: object) -> bytes:
    """Return the one way to write plain JSON values: UTF-8, keys sorted, no blanks.

    Keys are ASCII, so that sorting by code point and by UTF-16 unit (RFC 8785) agree. This judges
    what others wrote, and what lies on the disk; `core.written` makes the same of what we say.
    """
    return _encoder.encode(plain).encode()


def link(prev_hash: bytes, body: bytes) -> bytes:
    """Return the hash of an event's canonical bytes in a chain. 32 raw bytes."""
    assert len(prev_hash) == len(GENESIS), "a hash has 32 bytes"
    return hashlib.sha256(prev_hash + body).digest()


def chain_hashes(prev_hash: bytes, bodies: Sequence[bytes], *, begin: bytes = b"") -> list[bytes]:
    """Return the hash of each body in a chain that begins after `prev_hash`: as `link` of each.

    begin: what each body begins with, where they are given without it.
    """
    assert len(prev_hash) == len(GENESIS), "a hash has 32 bytes"
    sha256 = hashlib.sha256
    return [prev_hash := sha256(prev_hash + begin + body).digest() for body in bodies]
