"""A gzip body unpacked no further than a limit.

By ISA-L where its library is built (x86-64 and aarch64), which needs half of zlib's time; by zlib
elsewhere. The calls are the same, and so is what is refused.
"""

import zlib
from typing import Any, Final

try:
    from isal import isal_zlib
except ImportError:  # a machine for which it is not built
    _unzipper: Any = zlib.decompressobj
    _ERRORS: Any = (zlib.error,)
else:
    _unzipper = isal_zlib.decompressobj
    _ERRORS = (isal_zlib.error, zlib.error)
_GZIP: Final = 16 + zlib.MAX_WBITS


class GunzipError(Exception):
    """The bytes are not one whole gzip file, with the checksum and length that it names."""


def gunzip(packed: bytes, *, bytes_max: int) -> bytes | None:
    """Return what a gzip file holds; None when that is more than `bytes_max`.

    No more is unpacked than shows it. Raises GunzipError. Source: RFC 1952.
    """
    unzipping = _unzipper(_GZIP)
    try:
        text: bytes = unzipping.decompress(packed, bytes_max + 1)
    except _ERRORS as error:
        message = "it is not a gzip file"
        raise GunzipError(message) from error
    if len(text) > bytes_max:
        return None
    if not unzipping.eof or unzipping.unused_data:
        message = "it is not one whole gzip file"
        raise GunzipError(message)
    return text
