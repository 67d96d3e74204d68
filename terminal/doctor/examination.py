"""All checks in the order in which a technician wants to read them."""

import os
from collections.abc import Callable, Iterator
from typing import Final

from terminal.doctor.centre import check_centre
from terminal.doctor.clock import check_clock
from terminal.doctor.disk import check_file_system, check_space
from terminal.doctor.finding import Finding, Grade, failed
from terminal.doctor.folder import check_folder, check_lock, check_modes
from terminal.doctor.journal import check_copy, check_identity, check_journal
from terminal.doctor.machine import check_memory, check_power, check_temperature
from terminal.doctor.running import (
    check_daemon,
    check_epoch,
    check_lanes,
    check_printer,
    check_queue,
    check_readers,
    check_screen,
)
from terminal.doctor.scene import Scene
from terminal.doctor.software import check_modules, check_packages
from terminal.doctor.wear import check_wear

Check = Callable[[Scene], Iterator[Finding]]

CHECKS: Final[tuple[Check, ...]] = (
    check_folder,
    check_modes,
    check_lock,
    check_space,
    check_file_system,
    check_wear,
    check_memory,
    check_temperature,
    check_power,
    check_clock,
    check_identity,
    check_journal,
    check_copy,
    check_centre,
    check_daemon,
    check_readers,
    check_printer,
    check_screen,
    check_lanes,
    check_epoch,
    check_queue,
    check_modules,
    check_packages,
)

_SLOW: Final = frozenset({check_centre, check_modules, check_packages})
"""Checks that wait for the network or for a package manager, which a page must not."""

_WORST_FIRST: Final = (Grade.FAILED, Grade.DEGRADED, Grade.WELL)

_LOOK_INSIDE: Final = frozenset(
    {check_modes, check_lock, check_identity, check_journal, check_copy, check_centre}
)
"""Checks of files, which another user than their owner cannot make."""


def examine(scene: Scene, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """Yield what was found, part by part, as it is found.

    It changes nothing, and works while the daemon runs, when it does not, and on a folder copied
    from elsewhere.
    """
    folder = scene.folder
    if not os.path.isdir(folder):  # noqa: PTH112  False, and no error, where nobody may look
        cure = f"refectory enrol --central URL --code CODE --data {folder}"
        why = "a terminal keeps all it knows there"
        yield failed("folder", f"there is no folder {folder}", why=why, cure=cure)
        return
    may_look = os.access(folder, os.R_OK | os.X_OK, effective_ids=True)
    for check in checks:
        if may_look or check not in _LOOK_INSIDE:
            yield from check(scene)


def examine_quickly(scene: Scene) -> list[Finding]:
    """Return what is found without what takes long, the worst first."""
    found = examine(scene, tuple(check for check in CHECKS if check not in _SLOW))
    return sorted(found, key=lambda finding: _WORST_FIRST.index(finding.grade))
