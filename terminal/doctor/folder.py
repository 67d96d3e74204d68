"""The terminal's folder: whose it is, who may read it, and that nothing strange lies in it."""

import os
import stat
from collections.abc import Iterator
from typing import Final

from offline_cache.lock import lock_holder
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene
from terminal.files import JOURNAL_NAME, PRIVATE_NAMES

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def check_folder(scene: Scene) -> Iterator[Finding]:
    """Yield whether this user may use the folder, and whether others may look into it."""
    folder = scene.folder
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        yield failed(
            "folder",
            f"this user may not write {folder}",
            why="nothing can be recorded there",
            cure=f"run this as its owner, or by sudo; or: chown -R $USER {folder}",
        )
        return
    if folder.stat().st_mode & _OTHERS & ~stat.S_IXOTH & ~stat.S_IXGRP:
        yield degraded(
            "folder",
            f"{folder} is open to other users",
            why="names and balances of pupils lie in it",
            cure=f"chmod 700 {folder}",
        )
        return
    yield well("folder", f"{folder} belongs to this user alone")


def check_modes(scene: Scene) -> Iterator[Finding]:
    """Yield the files that others may read, or that belong to somebody else than their folder."""
    owner = scene.folder.stat().st_uid
    is_well = True
    for name in PRIVATE_NAMES:
        path = scene.folder / name
        try:
            found = path.stat()
        except OSError:
            continue
        if found.st_mode & _OTHERS:
            is_well = False
            yield degraded(
                "permissions",
                f"{path} is open to other users",
                why="keys, names or balances stand in it",
                cure=f"chmod 600 {path}",
            )
        if found.st_uid != owner:
            is_well = False
            yield failed(
                "permissions",
                f"{path} does not belong to the user of its folder",
                why="the daemon may not be able to write it, and then serves nobody",
                cure=f"chown --reference={scene.folder} {path}",
            )
    if is_well:
        yield well("permissions", "files are their owner's alone")


def check_lock(scene: Scene) -> Iterator[Finding]:
    """Yield a process that holds the journal while no daemon answers."""
    holder = lock_holder(scene.folder / JOURNAL_NAME)
    if holder is None or scene.status is not None:
        return
    yield failed(
        "lock",
        f"process {holder} holds the journal, but no terminal answers in {scene.folder}",
        why="a second daemon cannot start on the same files",
        cure=f"ps -fp {holder}; if it is no running terminal: kill {holder}",
    )
