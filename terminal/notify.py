"""Telling systemd how the daemon is (sd_notify(3)); without systemd nothing happens."""

import os
import socket
from collections.abc import Mapping


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
