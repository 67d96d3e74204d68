"""Telling systemd how the daemon is (sd_notify(3)); without systemd nothing happens."""

import os
import socket
from collections.abc import Mapping

_NS_PER_US = 1000
# systemd waits this many rounds before it believes that the loop hangs (sd_watchdog_enabled(3)
# asks for two at least).
_PINGS_A_LIMIT = 3


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send a state, as in `READY=1`; return whether somebody was told."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # An address that begins with @ lies in the abstract namespace, written with a zero byte.
    place = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        try:
            channel.sendto(state.encode(), place)
        except OSError:
            return False
    return True


class Watchdog:
    """The till loop's sign of life. Nobody but that loop may give it.

    A ping from a thread of its own would go on while the till hangs, and nobody would be served.
    Source: sd_watchdog_enabled(3), for WATCHDOG_USEC (microseconds) and WATCHDOG_PID.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """Read what systemd asks for; where it asks for nothing, nothing is ever sent."""
        self._environ = environ
        self._every_ns = _ping_every_ns(environ)
        self._pinged_ns: int | None = None

    def pat(self, mono_ns: int) -> bool:
        """Say that the loop went round; tell whether a ping was due and heard.

        mono_ns: the monotonic time, in nanoseconds. Cheap enough for every round.
        """
        if self._every_ns is None:
            return False
        if self._pinged_ns is not None and mono_ns - self._pinged_ns < self._every_ns:
            return False
        self._pinged_ns = mono_ns
        return notify("WATCHDOG=1", self._environ)


def _ping_every_ns(environ: Mapping[str, str]) -> int | None:
    limit_us, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not limit_us.isdecimal() or int(limit_us) == 0:
        return None
    # Our parent's watchdog is not ours: a command that the daemon starts must not pat it.
    if pid and pid != str(os.getpid()):
        return None
    return int(limit_us) * _NS_PER_US // _PINGS_A_LIMIT
