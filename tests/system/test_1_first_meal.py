"""From the package to the first meal, and the sandbox that the service runs in."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from machine_rig import ROOT, wait_for
from site_rig import UNIT, Site, build, measured, with_revision

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

COMMANDS_MAX = 10
FIRST_MEAL_S = 300


# --- the package ----------------------------------------------------------------------------------


def test_two_builds_of_one_tree_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    again = build(ROOT / "packaging/build-deb", "--output", tmp_path)
    assert again.read_bytes() == package.read_bytes()
    # The comparison can fail: another revision is another package.
    assert with_revision(package, "9", tmp_path).read_bytes() != package.read_bytes()


def test_no_compiler_comes_along_and_nothing_is_writable(bundle: Path, package: Path) -> None:
    names = {path.name.split("_")[0] for path in bundle.iterdir()}
    assert "python3" in names
    assert not {name for name in names if re.match(r"gcc|g\+\+|cpp|swig|make|python3-dev", name)}
    listing = subprocess.run(
        ["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [line for line in listing if line[0] != "l" and "w" in (line[5], line[8])] == []
    assert [line for line in listing if "root/root" not in line] == []


# --- install, enrol, tap --------------------------------------------------------------------------


def test_from_bare_debian_to_the_first_meal(site: Site) -> None:
    """Time the manual's first section; what a school has by then is set up beside it."""
    machine = site.machine
    commands = site.manual.commands("From bare Debian to the first meal")
    assert len(commands) <= COMMANDS_MAX
    assert machine.run("command -v python3 gcc refectory", check=False).stdout == ""
    began = time.monotonic()
    site.type(commands[0])
    # What a school has by then: a reader that is plugged in, a printer, a centre with its pupils.
    machine.run("apt-get install -y /opt/hardware/*.deb && systemctl restart pcscd")
    site.start_printer()
    site.start_centre()
    site.manual.places["D7DG-H2D2"] = site.code()
    for command in commands[1:-1]:
        # Until it is enrolled the unit is up, and its screen asks for the code.
        wait_for("the page for the code", site.asks_for_a_code)
        site.type(command)
    assert machine.show(UNIT, "NRestarts") == "0"
    # The first copy takes some seconds, so the manual says: ask again.
    wait_for("ready to serve", lambda: "\nready to serve" in site.type(commands[-1]))
    site.tap(site.hungry())
    took_s = time.monotonic() - began
    measured(f"bare Debian to the first meal: {len(commands)} commands, {took_s:.0f} s")
    assert site.kinds()[-1] == "meal.collected"
    assert took_s < FIRST_MEAL_S


def test_the_paper_came_out_and_the_centre_booked_it(site: Site) -> None:
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    wait_for("the paper", lambda: site.status()["printer"]["waiting"] == 0)
    reference = f"1-{len(site.kinds())}"
    assert reference in site.log("printer")
    assert site.books_are_right()


def test_the_machine_has_no_way_out(site: Site) -> None:
    links = site.machine.run("ip -brief link").stdout.splitlines()
    assert [line.split()[0] for line in links] == ["lo"]


def test_the_service_is_in_the_sandbox_that_its_unit_promises(site: Site) -> None:
    machine = site.machine
    status = Path(f"/proc/{machine.pid_of(UNIT)}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["CapEff"] == fields["CapBnd"] == "0" * 16
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    assert fields["Uid"].split()[0] == machine.run("id -u refectory").stdout.strip()
    exposure = machine.run(f"systemd-analyze security --no-pager {UNIT}.service").stdout
    told = re.search(r"Overall exposure level for .*: ([0-9.]+)", exposure)
    assert told is not None
    measured(f"exposure of the running unit: {told[1]}")
    assert float(told[1]) <= 2.0
