"""The unit files: valid for systemd, hardened for good, and free of what would stop a till."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = ("refectory-terminal.service", "refectory-central.service")
EXPOSURE_MAX_TENTHS = 20
SCRIPT = "/opt/refectory/venv/bin/refectory"


@pytest.fixture(scope="module")
def systemd_analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        cure = "systemd-analyze is missing: apt-get install systemd"
        if os.environ.get("CI") == "true":
            pytest.fail(cure)
        pytest.skip(cure)
    return found


@pytest.fixture
def placed(checkout: Path, tmp_path: Path) -> Path:
    """The units in a folder of their own, with a program that exists on this machine."""
    for name in UNITS:
        text = (checkout / "systemd/system" / name).read_text(encoding="utf-8")
        assert f"ExecStart={SCRIPT} " in text, "the absolute console script, never python -m"
        (tmp_path / name).write_text(text.replace(SCRIPT, "/bin/true"), encoding="utf-8")
    return tmp_path


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def verified(tool: str, unit: Path) -> str:
    done = run(tool, "verify", "--man=no", unit)
    return done.stdout + done.stderr


def is_hardened(tool: str, unit: Path) -> bool:
    limit = f"--threshold={EXPOSURE_MAX_TENTHS}"
    return run(tool, "security", "--offline=true", "--no-pager", limit, unit).returncode == 0


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line(systemd_analyze: str, placed: Path, name: str) -> None:
    assert verified(systemd_analyze, placed / name) == ""


@pytest.mark.parametrize("name", UNITS)
def test_the_service_is_exposed_little(systemd_analyze: str, placed: Path, name: str) -> None:
    assert is_hardened(systemd_analyze, placed / name)


def test_a_misspelt_directive_is_found(systemd_analyze: str, placed: Path) -> None:
    unit = placed / UNITS[0]
    unit.write_text(unit.read_text().replace("TimeoutStopSec", "TimoutStopSec"))
    assert "TimoutStopSec" in verified(systemd_analyze, unit)


def test_hardening_that_is_taken_away_is_found(systemd_analyze: str, placed: Path) -> None:
    unit = placed / UNITS[0]
    lines = unit.read_text().splitlines(keepends=True)
    unit.write_text("".join(x for x in lines if not x.startswith(("Protect", "SystemCall"))))
    assert not is_hardened(systemd_analyze, unit)


def test_a_till_never_waits_for_the_network_or_the_clock(checkout: Path) -> None:
    text = (checkout / "systemd/system" / UNITS[0]).read_text(encoding="utf-8")
    assert "network" not in text.split("[Service]")[0].split("[Unit]")[1]
    assert "time-sync" not in text


def test_a_till_is_started_again_for_ever(checkout: Path) -> None:
    text = (checkout / "systemd/system" / UNITS[0]).read_text(encoding="utf-8")
    assert "Restart=always\n" in text
    assert "StartLimitIntervalSec=0\n" in text


def test_every_user_of_a_unit_is_made(checkout: Path) -> None:
    made = (checkout / "systemd/sysusers.d/refectory.conf").read_text(encoding="utf-8")
    for name in UNITS:
        for line in (checkout / "systemd/system" / name).read_text().splitlines():
            if line.startswith("User="):
                assert f"\nu       {line.removeprefix('User=')} " in made
