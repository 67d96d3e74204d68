"""Machines as files: what /sys, /proc and /usr hold on a healthy Raspberry Pi, and on sick ones."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from terminal.doctor.scene import Scene

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)

HEALTHY = {
    "proc/meminfo": "MemTotal:  1900000 kB\nMemFree: 900000 kB\nMemAvailable: 1300000 kB\n",
    "proc/vmstat": "nr_free_pages 1\noom_kill 0\n",
    "proc/modules": "snd 16384 0 - Live 0x0\nusbhid 1 0 - Live 0x0\n",
    "sys/class/thermal/thermal_zone0/temp": "51540\n",
    "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
    "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
    "sys/class/rtc/rtc0/name": "rtc-ds1307\n",
    "DISK/life_time": "0x01 0x02\n",
    "DISK/pre_eol_info": "0x01\n",
}
Machine = Callable[..., Scene]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "till"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def machine(tmp_path: Path, folder: Path) -> Machine:
    """Make a machine: healthy, but for the files that are named. None takes a file away."""

    def make(
        files: Mapping[str, str | None] = HEALTHY, *, programs: Mapping[str, str] | None = None
    ) -> Scene:
        root = tmp_path / "root"
        number = folder.stat().st_dev
        disk = root / "sys/devices/mmcblk0"
        partition = disk / "mmcblk0p2"
        partition.mkdir(parents=True, exist_ok=True)
        (partition / "partition").write_text("2\n")
        link = root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(partition)
        for name, text in (HEALTHY | dict(files)).items():
            path = root / name.replace("DISK", "sys/devices/mmcblk0/device")
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(text)
        answers = programs or {}
        return Scene(
            folder=folder,
            now=NOON,
            root=root,
            run=lambda words: answers.get(" ".join(words)),
        )

    return make
