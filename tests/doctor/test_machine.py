"""Memory, heat, voltage, wear, modules: each fault by the file in which a kernel tells it."""

from datetime import UTC, datetime

import pytest

from terminal.doctor.disk import check_file_system
from terminal.doctor.finding import Grade
from terminal.doctor.machine import check_memory, check_power, check_temperature
from terminal.doctor.scene import Scene
from terminal.doctor.software import check_modules, check_packages
from terminal.doctor.wear import check_wear

CHECKS = (
    check_memory,
    check_temperature,
    check_power,
    check_wear,
    check_file_system,
    check_modules,
    check_packages,
)
NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
SMARTCTL = "smartctl --json -H /dev/mmcblk0"


def findings(scene):
    return [finding for check in CHECKS for finding in check(scene)]


def faults(scene):
    return [finding for finding in findings(scene) if finding.grade is not Grade.WELL]


def test_the_control_a_healthy_machine_has_no_fault(machine) -> None:
    found = findings(machine())
    assert [one for one in found if one.grade is not Grade.WELL] == []
    parts = ["memory", "temperature", "power", "wear", "modules", "packages"]
    assert [one.part for one in found] == parts


@pytest.mark.parametrize(
    ("files", "part", "grade", "words"),
    [
        ({"proc/meminfo": "MemAvailable: 20000 kB\n"}, "memory", "degraded", "19 MB"),
        ({"proc/vmstat": "oom_kill 3\n"}, "memory", "degraded", "3 programs were ended"),
        (
            {"sys/class/thermal/thermal_zone1/temp": "84100\n"},
            "temperature",
            "degraded",
            "84 °C",
        ),
        ({"sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n"}, "power", "failed", "too low now"),
        (
            {"sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n"},
            "power",
            "degraded",
            "too low since the start",
        ),
        (
            {"sys/devices/platform/soc/soc:firmware/get_throttled": "4\n"},
            "power",
            "degraded",
            "slowed down",
        ),
        ({"DISK/life_time": "0x09 0x03\n"}, "wear", "degraded", "90 %"),
        ({"DISK/pre_eol_info": "0x03\n"}, "wear", "failed", "spare blocks"),
        ({"sys/fs/ext4/mmcblk0p2/errors_count": "7\n"}, "disk", "failed", "7 errors"),
        (
            {"proc/modules": "pn533_usb 1 0 - Live 0x0\npn533 1 1 pn533_usb, Live 0x0\n"},
            "modules",
            "degraded",
            "pn533_usb, pn533",
        ),
        ({"usr/bin/brltty": ""}, "packages", "degraded", "brltty"),
        ({"usr/sbin/ModemManager": ""}, "packages", "degraded", "modemmanager"),
    ],
)
def test_one_fault_is_named_alone_with_its_cure(machine, files, part, grade, words) -> None:
    (found,) = faults(machine(files))
    assert (found.part, found.grade.value) == (part, grade)
    assert words in found.what
    assert found.why
    assert found.cure


def test_a_supply_that_only_vcgencmd_knows(machine) -> None:
    bare = {"sys/class/hwmon/hwmon1/name": None, "usr/bin/vcgencmd": ""}
    asked = "vcgencmd get_throttled"
    (found,) = check_power(machine(bare, programs={asked: "throttled=0x50005\n"}))
    assert (found.part, found.grade) == ("power", Grade.FAILED)
    (found,) = check_power(machine(bare, programs={asked: "throttled=0x0\n"}))
    assert found.grade is Grade.WELL
    assert list(check_power(machine(bare, programs={asked: "no such thing"}))) == []


def test_a_disk_that_fails_its_own_check(machine) -> None:
    installed = {"usr/sbin/smartctl": "", "DISK/life_time": None}
    bad = machine(installed, programs={SMARTCTL: '{"smart_status": {"passed": false}}'})
    (found,) = check_wear(bad)
    assert (found.part, found.grade) == ("wear", Grade.FAILED)
    good = machine(installed, programs={SMARTCTL: '{"smart_status": {"passed": true}}'})
    (found,) = check_wear(good)
    assert found.grade is Grade.WELL
    assert list(check_wear(machine(installed, programs={SMARTCTL: "not allowed"}))) == []


def test_a_machine_that_tells_nothing_has_no_fault(folder, tmp_path) -> None:
    bare = Scene(folder=folder, now=NOON, root=tmp_path / "nowhere")
    assert faults(bare) == []
