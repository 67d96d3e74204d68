"""Photos of pupils as terminals know them: small pictures, named by what they hold.

A photo is a JPEG of at most `PHOTO_BYTES_MAX` bytes, and its name is the SHA-256 of these bytes in
64 small hexadecimal digits: whoever holds the name can tell whether the bytes are the right ones,
and the name tells nothing of the pupil.
"""

import hashlib
import re
from typing import Final

PHOTO_TYPE: Final = "image/jpeg"
PHOTO_BYTES_MAX: Final = 32 * 1024

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def photo_digest(content: bytes) -> str:
    """Return the name of a photo."""
    return hashlib.sha256(content).hexdigest()


def is_photo_digest(text: str) -> bool:
    """Whether a text can be the name of a photo; no path and no name of a person can."""
    return _DIGEST.fullmatch(text) is not None
