"""Faults and their cures: what hangs, dies, fills up, goes back, is cut off or gone."""

import signal
import subprocess
from pathlib import Path

import pytest
from machine_rig import DATA, wait_for
from site_rig import UNIT, Site

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

WRONG = "When something is wrong"
WRONG_CLOCK = "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=-3d"


def test_a_till_that_hangs_is_started_again(site: Site) -> None:
    machine = site.machine
    facts = site.kinds()
    pid = machine.pid_of(UNIT)
    # strace holds the till's thread, and no other, at its next wait; all else goes on.
    holding = ("strace", "-q", "-o", "/dev/null", "-p", str(pid), "-e", "trace=futex")
    holder = subprocess.Popen([*holding, "-e", "inject=futex:delay_enter=60000000"])
    try:
        wait_for("the watchdog", lambda: "Watchdog timeout" in site.log(UNIT))
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    wait_for("another run", lambda: machine.pid_of(UNIT) not in (0, pid))
    site.wait_until_open()
    restarts, log = site.follow_some(WRONG, "systemctl show", "journalctl -u")
    assert "NRestarts=1" in restarts
    assert "Fatal Python error: Aborted" in log
    # Each thread's lines are there; journald takes them as they come.
    wait_for("the line in which it hung", lambda: "terminal/till.py" in machine.log(UNIT, 2000))
    assert site.kinds()[: len(facts)] == facts
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    found = site.findings()["daemon"]
    assert "started it again" in found["what"]
    assert f"systemctl reset-failed {UNIT}" in found["cure"]
    site.follow_some(WRONG, "systemctl reset-failed")


def test_a_till_that_is_killed_is_started_again(site: Site) -> None:
    machine = site.machine
    pid = machine.pid_of(UNIT)
    machine.run(f"systemctl kill --signal=KILL {UNIT}")
    wait_for("another run", lambda: machine.pid_of(UNIT) not in (0, pid))
    site.wait_until_open()
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


def test_a_full_disk(site: Site) -> None:
    machine = site.machine
    machine.run(f"dd if=/dev/zero of={DATA}/lost.log bs=64k; sync", check=False)
    try:
        for _ in range(40):
            if site.status()["till"] == "red":
                break
            site.show_card(site.hungry())
        facts = site.kinds()
        found = site.findings()
        assert found["disk"]["grade"] == found["daemon"]["grade"] == "failed"
        assert found["disk"]["cure"]
        usage, _ = site.follow_some(WRONG, "du ", "journalctl --vacuum")
        assert f"{DATA}/lost.log" in usage
    finally:
        machine.run(f"rm {DATA}/lost.log")
    site.wait_until_open()
    assert site.kinds()[: len(facts)] == facts
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    assert site.findings().get("disk") is None


def test_a_clock_that_was_set_back(site: Site) -> None:
    machine = site.machine
    drop_in = f"/etc/systemd/system/{UNIT}.service.d/clock.conf"
    restart = f"systemctl daemon-reload; systemctl restart {UNIT}"
    machine.write(drop_in, f"[Service]\nEnvironment={WRONG_CLOCK}\n")
    machine.run(restart)
    try:
        site.wait_until_open()
        site.show_card(site.hungry())
        # The doctor lives on the same machine, and is shown the same clock.
        told = machine.json(f"{WRONG_CLOCK} refectory doctor --json", check=False)
        clock = next(one for one in told["findings"] if one["part"] == "clock")
        assert clock["grade"] == "failed"
        assert "timedatectl" in clock["cure"]
        # Order is not the clock's: the chain goes on, and stays whole.
        assert "each whole" in machine.run("refectory journal verify").stdout
        site.follow_some(WRONG, "timedatectl")
    finally:
        # A container may not set its host's clock: the hand that turned it back lets go of it.
        machine.run(f"rm -r {Path(drop_in).parent}; {restart}")
    site.wait_until_open()
    assert site.findings().get("clock", {}).get("grade") != "failed"
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


def test_a_network_that_is_cut(site: Site) -> None:
    site.cut_off()
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    site.follow_some(WRONG, "refectory sync now")
    wait_for("a lane that is offline", lambda: "offline" in site.lanes())
    assert {"centre", "network"} <= set(site.findings())
    assert site.findings()["centre"]["cure"]
    assert site.status()["queue"]["count"] >= 1
    site.bring_back()
    site.follow_some(WRONG, "refectory sync now", "refectory sync status")
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    wait_for("lanes that are up", lambda: "offline" not in site.lanes())
    assert not {"centre", "network"} & set(site.findings())
    assert site.books_are_right()


def test_a_key_that_root_keeps(site: Site) -> None:
    """The service may use its key and not change it: systemd gives it a copy, and says where."""
    machine = site.machine
    stored = "/etc/credstore/refectory.identity.json"
    machine.run(
        f"install -D -m 0600 {DATA}/identity.json {stored} && rm {DATA}/identity.json"
        f" && systemctl restart {UNIT}"
    )
    site.wait_until_open()
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    assert "identity" not in site.findings()
    credentials = f"/run/credentials/{UNIT}.service"
    assert machine.run(f"ls {credentials}").stdout == "identity.json\n"
    machine.run(f"install -o refectory -g refectory -m 0600 {stored} {DATA}/identity.json")
    machine.run(f"rm {stored}; systemctl restart {UNIT}")
    site.wait_until_open()
    assert machine.run(f"ls {credentials}", check=False).stdout == ""


def test_a_printer_that_is_gone(site: Site) -> None:
    machine = site.machine
    machine.run("systemctl stop printer")
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    wait_for("a finding", lambda: "printer" in site.findings())
    site.start_printer()
    wait_for("the paper", lambda: site.status()["printer"]["waiting"] == 0)
    assert "printer" not in site.findings()


def test_a_card_service_that_is_gone(site: Site) -> None:
    site.machine.run("systemctl stop pcscd.socket pcscd.service")
    wait_for("a finding", lambda: "reader" in site.findings())
    site.follow_some(WRONG, "systemctl restart pcscd")
    wait_for("the reader", lambda: "reader" not in site.findings())
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
