"""Screens on the school's network: only over TLS, on one named address, for enrolled devices.

The terminal's folder holds `screens.crt` (the certificate, with its chain) and `screens.key`. A
device is enrolled by opening an address of `refectory screen` on it, which works once; its cookie
then outlives the browser. Deleting `web.key` and starting again ends all of them.
"""

import ssl
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from terminal.web.errors import WebAddressError

CERTIFICATE_NAME: Final = "screens.crt"
KEY_NAME: Final = "screens.key"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


def find_tls(folder: Path) -> Tls | None:
    """Return the certificate and key that lie in a terminal's folder; None when neither does.

    Raises WebAddressError when one is missing, is open to others, or does not fit the other.
    """
    tls = Tls(folder / CERTIFICATE_NAME, folder / KEY_NAME)
    missing = [path for path in (tls.certificate, tls.key) if not path.exists()]
    if len(missing) > 1:
        return None
    if missing:
        raise WebAddressError(f"{missing[0]} is missing; put it there, or remove the other half")
    if tls.key.stat().st_mode & _OTHERS:
        raise WebAddressError(f"{tls.key} is open to others; chmod 600 {tls.key}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    except (ssl.SSLError, OSError) as error:
        raise WebAddressError(
            f"{tls.certificate} and {tls.key} are no certificate and its key"
            f" ({error.strerror or error}); ask the school's certificate authority for both anew"
        ) from error
    return tls
