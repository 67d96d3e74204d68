"""Starting the daemon again: by systemd where it keeps it, else by SIGHUP, which the daemon obeys.

SIGHUP makes `refectory terminal` stop in order and start anew with the same words; with settings
that do not let it start it keeps trying, as systemd would, until it finds better ones.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from cli.output import CommandError
from cli.terminal_link import ask

UNIT = "refectory-terminal"
_SYSTEMD_MARK = Path("/run/systemd/system")
_POLL_S = 0.2
_SYSTEMCTL_S = 120.0


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that can be started again. started_at: tells one run from the next."""

    way: str
    pid: int | None
    started_at: str | None


def find_daemon(folder: Path, *, unit: str | None) -> Running | None:
    """Return the daemon that uses a folder; None when nobody runs and systemd keeps none.

    unit: the unit to ask systemd for; None where the settings are not that unit's.
    """
    status = _status(folder)
    started_at = None if status is None else str(status.get("started_at"))
    # Before the terminal is enrolled its unit shows the page for the code: nobody is served.
    from sync.identity import identity_path  # noqa: PLC0415  another layer loads late

    is_enrolled = identity_path(folder).exists()
    if unit is not None and is_enrolled and _is_kept_by_systemd(unit):
        return Running("systemd", None, started_at)
    if status is None:
        return None
    return Running("signal", int(status["pid"]), started_at)


def _is_kept_by_systemd(unit: str) -> bool:
    if not _SYSTEMD_MARK.exists() or shutil.which("systemctl") is None:
        return False
    return _systemctl("is-active", "--quiet", unit) == 0 or _systemctl("is-enabled", unit) == 0


def _systemctl(*words: str) -> int:
    done = subprocess.run(  # noqa: S603  our own words
        ["systemctl", *words],  # noqa: S607  found on root's own path
        capture_output=True,
        check=False,
        timeout=_SYSTEMCTL_S,
    )
    return done.returncode


def restart(daemon: Running, *, unit: str) -> None:
    """Ask a daemon to start again. It is not ready yet when this returns.

    Raises CommandError when this user may not.
    """
    if daemon.way == "systemd":
        # Its answer is not asked: whether the terminal became ready is seen at its socket.
        with suppress(subprocess.SubprocessError):
            _systemctl("restart", unit)
        return
    assert daemon.pid is not None, "who is signalled has a number"
    try:
        os.kill(daemon.pid, signal.SIGHUP)
    except ProcessLookupError:
        return
    except PermissionError as error:
        message = f"process {daemon.pid} belongs to another user; run this as that user, or by sudo"
        raise CommandError(message) from error


def renew_waiting(unit: str | None) -> None:
    """Have a unit that waits for the code come up with new settings, where systemd keeps it.

    unit: None where the settings are not that unit's.
    """
    if unit is not None and _is_kept_by_systemd(unit):
        _systemctl("try-restart", unit)


def wait_until_ready(folder: Path, *, before: str | None, timeout_s: float) -> bool:
    """Wait until another run of the daemon answers than the one that started at `before`."""
    deadline_s = time.monotonic() + timeout_s
    pause = Event()
    while time.monotonic() < deadline_s:
        status = _status(folder)
        if status is not None and str(status.get("started_at")) != before:
            return True
        pause.wait(_POLL_S)
    return False


def _status(folder: Path) -> dict[str, Any] | None:
    try:
        return ask(folder, "GET", "/v1/status")
    except CommandError:
        return None
