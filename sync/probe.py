"""The way to the centre, step by step, for a technician: name, port, TLS, signature, clock.

Nothing here is in the path of a tap. Each step has an end of a few seconds, and the first that
fails is the last that is tried: what lies behind it cannot be known.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from core.till_state import Position
from core.wire import API
from sync.errors import RefusedError, SyncError
from sync.identity import CA_FILE_NAME, Identity

_STEP_S: Final = 5.0
_PORTS: Final = {"http": 80, "https": 443}


class Step(StrEnum):
    """How far one comes on the way to the centre."""

    DNS = "dns"
    PORT = "port"
    TLS = "tls"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class CentreView:
    """What the centre says of this terminal. high_water: the last event of it that is booked."""

    state: str
    high_water: Position
    head_hash: bytes


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. failed_at: the step that failed, None when all went well; detail: how.

    problem: the kind of the centre's refusal (RFC 9457), such as `revoked`; empty without one.
    skew: the terminal's clock less the centre's; None when the centre was not heard.
    """

    host: str
    failed_at: Step | None
    detail: str
    problem: str = ""
    skew: timedelta | None = None
    view: CentreView | None = None


def probe_centre(identity: Identity, folder: Path, *, clock: Callable[[], datetime]) -> Probe:
    """Return how far one comes on the way to a terminal's centre. It raises nothing."""
    parts = urlsplit(identity.central_url)
    host = parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 443)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return Probe(host, Step.DNS, _words(error))
    try:
        with socket.create_connection((host, port), timeout=_STEP_S) as connection:
            if parts.scheme == "https":
                _shake_hands(connection, host, folder)
    except (ssl.SSLError, ssl.CertificateError) as error:
        return Probe(host, Step.TLS, _words(error))
    except _AuthorityFileError as error:
        return Probe(host, Step.TLS, str(error))
    except OSError as error:
        return Probe(host, Step.PORT, f"port {port}: {_words(error)}")
    return _ask(identity, folder, host, clock)


class _AuthorityFileError(Exception):
    """The file of the school's own authority cannot be used."""


def _shake_hands(connection: socket.socket, host: str, folder: Path) -> None:
    ca_file = folder / CA_FILE_NAME
    try:
        context = ssl.create_default_context(cafile=ca_file if ca_file.exists() else None)
    except OSError as error:
        raise _AuthorityFileError(f"{ca_file}: {_words(error)}") from error
    with context.wrap_socket(connection, server_hostname=host):
        pass


def _ask(identity: Identity, folder: Path, host: str, clock: Callable[[], datetime]) -> Probe:
    from sync.channel import Channel  # noqa: PLC0415  heavy

    ca_file = folder / CA_FILE_NAME
    channel = None
    try:
        channel = Channel(
            identity,
            ca_file=ca_file if ca_file.exists() else None,
            clock=clock,
            timeout_s=_STEP_S,
        )
        path = f"{API}/terminals/{identity.terminal_id}"
        with channel.get(path, headers={}) as response:
            told = response.headers.get("date", "")
            plain = channel.read_json(response)
        return Probe(host, None, "", skew=_skew(told, clock()), view=_view(plain))
    except RefusedError as error:
        return Probe(host, Step.SIGNATURE, str(error), problem=error.problem)
    except SyncError as error:
        return Probe(host, Step.SIGNATURE, str(error))
    except (KeyError, ValueError, TypeError) as error:
        return Probe(host, Step.SIGNATURE, f"the answer cannot be read: {_words(error)}")
    finally:
        if channel is not None:
            channel.close()


def _skew(told: str, now: datetime) -> timedelta | None:
    """Return how far a clock is ahead of a Date field (RFC 9110, section 6.6.1)."""
    try:
        return now - parsedate_to_datetime(told).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _view(plain: dict[str, object]) -> CentreView:
    epoch, seq = plain["epoch"], plain["high_water"]
    if not isinstance(epoch, int) or not isinstance(seq, int):
        raise TypeError("the high water is no number")
    return CentreView(
        state=str(plain["state"]),
        high_water=(epoch, seq),
        head_hash=bytes.fromhex(str(plain["head_hash"])),
    )


def _words(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())
