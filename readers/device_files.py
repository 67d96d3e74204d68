"""What is wrong with a device file, in words a technician can act on."""

import errno
import grp
import os
import stat
import termios
from pathlib import Path

from core.tap import HealthState
from readers.errors import DeviceLostError


def check_device_file(name: str, path: str) -> None:
    """Raise DeviceLostError when a path is there but is no character device we may open."""
    try:
        found = Path(path).stat()
    except OSError as error:
        raise lost_device(name, path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise DeviceLostError(
            HealthState.NO_READER, f"{name}: {path} is a directory; name the device file in it"
        )
    if not stat.S_ISCHR(found.st_mode):
        raise DeviceLostError(
            HealthState.NO_READER, f"{name}: {path} is no device; see `refectory reader list`"
        )
    if not os.access(path, os.R_OK | os.W_OK):
        denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        raise lost_device(name, path, denied)


def lost_device(name: str, path: str, error: Exception) -> DeviceLostError:
    """Return what an error of a device file means: gone, not allowed, in use, or broken."""
    code = _code(error)
    if isinstance(error, PermissionError) or code == errno.EACCES:
        return DeviceLostError(
            HealthState.NO_READER, f"{name}: {path}: no permission; {_cure(path)}"
        )
    if isinstance(error, FileNotFoundError) or code in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return DeviceLostError(
            HealthState.UNPLUGGED, f"{name}: {path} is not there; plug the reader in"
        )
    if code in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK):
        return DeviceLostError(
            HealthState.BUSY, f"{name}: {path} is held by another program; close that program"
        )
    if code == errno.ENOTTY:
        return DeviceLostError(
            HealthState.NO_READER,
            f"{name}: {path} is a device of another kind; see `refectory reader list`",
        )
    # pyserial, termios and the kernel each word a pulled plug differently.
    return DeviceLostError(
        HealthState.UNPLUGGED, f"{name}: {path} went away; plug the reader in again"
    )


def _code(error: BaseException | None) -> int | None:
    """Return the kernel's number of an error; pyserial hides it in the error behind its own."""
    while error is not None:
        if isinstance(error, termios.error) and error.args:
            return int(error.args[0])
        if (code := getattr(error, "errno", None)) is not None:
            return int(code)
        error = error.__context__
    return None


def _cure(path: str) -> str:
    try:
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        return "add a udev rule that gives the device to the group of the service"
    return f"add the service's user to the group {group}, or give the device a udev rule"
