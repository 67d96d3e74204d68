"""The disk under the journal: room, whether it can be written, and what the file system noted."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from offline_cache.connection import file_error
from terminal.disk_watch import FLOOR_BYTES, LOW_BYTES, MIB
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene

_INODES_MIN: Final = 200


def check_space(scene: Scene) -> Iterator[Finding]:
    """Yield how much room is left, and whether anything can be written at all."""
    folder = scene.folder
    try:
        found = os.statvfs(folder)
    except OSError as error:
        yield failed("disk", str(file_error(error, folder)), why=_WHY_RED, cure="journalctl -k")
        return
    if found.f_flag & os.ST_RDONLY:
        yield failed(
            "disk",
            f"the disk under {folder} is mounted read-only",
            why="nothing can be recorded; a kernel does this when the disk gave errors",
            cure=f"journalctl -k | grep -i error; then: mount -o remount,rw {mount_of(folder)}",
        )
        return
    free = found.f_bavail * found.f_frsize
    what = f"{free // MIB} MB free under {folder}"
    cure = f"free space: journalctl --vacuum-size=50M; du -xh {folder} | sort -h | tail"
    if free < FLOOR_BYTES:
        yield failed("disk", what, why=_WHY_RED, cure=cure)
    elif free < LOW_BYTES:
        yield degraded("disk", what, why="a full disk turns the till red", cure=cure)
    elif found.f_files and found.f_favail < _INODES_MIN:
        cure = f"find what made so many files: du -x --inodes {mount_of(folder)} | sort -n | tail"
        yield degraded("disk", f"{found.f_favail} files can still be made", why=_WHY_RED, cure=cure)
    else:
        yield well("disk", what)


_WHY_RED: Final = "the till turns red and serves nobody"


def check_file_system(scene: Scene) -> Iterator[Finding]:
    """Yield the errors that an ext4 file system counted. Source: kernel, sysfs-fs-ext4."""
    device = block_device(scene)
    if device is None:
        return
    errors = scene.number(f"sys/fs/ext4/{device.name}/errors_count")
    if errors:
        yield failed(
            "disk",
            f"the file system on {device.name} has noted {errors} errors",
            why="bytes were lost or not taken; the card or disk is failing",
            cure=f"save the journal (refectory journal export > USB), replace the card; look:"
            f" journalctl -k | grep {device.name}",
        )


def block_device(scene: Scene) -> Path | None:
    """Return the sysfs folder of the partition that holds the terminal's folder; or None."""
    try:
        number = scene.folder.stat().st_dev
    except OSError:
        return None
    link = scene.root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    try:
        return link.resolve(strict=True)
    except OSError:
        return None


def mount_of(folder: Path) -> Path:
    """Return the mount point that a folder lies under."""
    path = folder.absolute()
    while not path.is_mount():
        path = path.parent
    return path
