"""The unit files: valid for systemd, hardened for good, and free of what would stop a till."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from config.settings import Settings

TERMINAL = "refectory-terminal.service"
SERVICES = (
    TERMINAL,
    "refectory-central.service",
    "refectory-kiosk.service",
    "refectory-verify.service",
    "refectory-backup.service",
)
UNITS = (
    *SERVICES,
    "refectory-verify.timer",
    "refectory-backup.timer",
)
EXPOSURE_MAX_TENTHS = 20
SCRIPT = "/opt/refectory/venv/bin/refectory"
PROGRAMS = (SCRIPT, "/usr/bin/cage", "/usr/bin/chromium")


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
        for program in PROGRAMS:
            text = text.replace(program, "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
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


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_is_exposed_little(systemd_analyze: str, placed: Path, name: str) -> None:
    assert is_hardened(systemd_analyze, placed / name)


def test_a_misspelt_directive_is_found(systemd_analyze: str, placed: Path) -> None:
    unit = placed / TERMINAL
    unit.write_text(unit.read_text().replace("TimeoutStopSec", "TimoutStopSec"))
    assert "TimoutStopSec" in verified(systemd_analyze, unit)


def test_hardening_that_is_taken_away_is_found(systemd_analyze: str, placed: Path) -> None:
    unit = placed / TERMINAL
    lines = unit.read_text().splitlines(keepends=True)
    unit.write_text("".join(x for x in lines if not x.startswith(("Protect", "SystemCall"))))
    assert not is_hardened(systemd_analyze, unit)


def test_a_till_never_waits_for_the_network_or_the_clock(checkout: Path) -> None:
    text = (checkout / "systemd/system" / TERMINAL).read_text(encoding="utf-8")
    assert "network" not in text.split("[Service]")[0].split("[Unit]")[1]
    assert "time-sync" not in text


def test_a_till_is_started_again_for_ever(checkout: Path) -> None:
    text = (checkout / "systemd/system" / TERMINAL).read_text(encoding="utf-8")
    assert "Restart=always\n" in text
    assert "StartLimitIntervalSec=0\n" in text
    assert "WatchdogSec=" in text


def test_every_unit_is_known_here(checkout: Path) -> None:
    assert {path.name for path in (checkout / "systemd/system").iterdir()} == set(UNITS)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_the_installed_script(checkout: Path, name: str) -> None:
    text = (checkout / "systemd/system" / name).read_text(encoding="utf-8")
    assert f"{SCRIPT} " in text, "the absolute console script, never python -m"
    assert "python" not in text.replace("PYTHON", "")


def test_the_browser_goes_nowhere_but_to_the_till(checkout: Path) -> None:
    text = (checkout / "systemd/chromium/refectory.json").read_text(encoding="utf-8")
    policies = json.loads(text)
    assert policies["URLBlocklist"] == ["*"]
    (allowed,) = policies["URLAllowlist"]
    assert allowed == f"http://{Settings().listen}"


def test_every_user_of_a_unit_is_made(checkout: Path) -> None:
    made = (checkout / "systemd/sysusers.d/refectory.conf").read_text(encoding="utf-8")
    for name in SERVICES:
        for line in (checkout / "systemd/system" / name).read_text().splitlines():
            if line.startswith("User="):
                assert f"\nu       {line.removeprefix('User=')} " in made
