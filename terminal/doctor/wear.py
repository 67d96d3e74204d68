"""How much of a card's or a disk's life is used, where it tells."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from terminal.doctor.disk import block_device
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene

_STEPS_PER_LIFE: Final = 10
_WORN_STEP: Final = 9
"""JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST: 0x01 is 0 to 10 % used, 0x0A 90 to 100, 0x0B beyond."""
_PRE_EOL: Final = {2: "has used 80 % of its spare blocks", 3: "has used up its spare blocks"}
"""JEDEC JESD84-B51, PRE_EOL_INFO: 1 normal, 2 warning, 3 urgent."""


def check_wear(scene: Scene) -> Iterator[Finding]:
    """Yield how worn the medium is; nothing where it does not say."""
    partition = block_device(scene)
    if partition is None:
        return
    disk = partition.parent if (partition / "partition").exists() else partition
    yield from _emmc(scene, disk)
    yield from _smart(scene, disk)


def _emmc(scene: Scene, disk: Path) -> Iterator[Finding]:
    place = disk / "device"
    steps = [
        int(word, 16)
        for word in (scene.text(str(place / "life_time")) or "").split()
        if word.lower().startswith("0x")
    ]
    pre_eol = int(scene.text(str(place / "pre_eol_info")) or "0", 16)
    cure = f"replace {disk.name} soon: refectory replace --help tells how nothing is lost"
    if pre_eol in _PRE_EOL:
        yield failed("wear", f"{disk.name} {_PRE_EOL[pre_eol]}", why=_WHY, cure=cure)
    elif steps and max(steps) >= _WORN_STEP:
        used = min(max(steps), _STEPS_PER_LIFE) * 10
        yield degraded(
            "wear", f"{disk.name} has used up to {used} % of its life", why=_WHY, cure=cure
        )
    elif steps and max(steps) > 0:
        yield well("wear", f"{disk.name} has used up to {max(steps) * 10} % of its life")


_WHY: Final = "a worn card loses facts, or takes none any more"


def _smart(scene: Scene, disk: Path) -> Iterator[Finding]:
    """Ask smartctl, where it is installed and may be run. Source: smartctl(8), --json."""
    if not scene.matches("usr/sbin/smartctl"):
        return
    try:
        told = json.loads(scene.run(["smartctl", "--json", "-H", f"/dev/{disk.name}"]) or "{}")
        has_passed = told["smart_status"]["passed"]
    except (ValueError, KeyError, TypeError):
        return
    if has_passed:
        yield well("wear", f"{disk.name} passes its own check (SMART)")
        return
    cure = f"replace {disk.name} today; details: smartctl -a /dev/{disk.name}"
    yield failed("wear", f"{disk.name} says that it is failing (SMART)", why=_WHY, cure=cure)
