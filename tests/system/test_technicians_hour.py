"""A technician's hour, from bare Debian to purge: one machine, in the order of this file.

Run it with `./test --system`, as root. It follows docs/technician.md section by section, and in the
end asks whether every command of that page was typed.
"""

import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from machine_rig import DATA, ROOT, wait_for
from site_rig import (
    CENTRAL_FOLDER,
    CENTRE,
    PAGE,
    UNIT,
    VERSION_AFTER,
    Site,
    build,
    next_version,
    with_revision,
)

from offline_cache.schema import VERSION

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

COMMANDS_MAX = 10
FIRST_MEAL_S = 300
TAPS_OF_A_DAY = 600
LOG_BYTES_MAX = 1_000_000
# Journal, its write-ahead log and the file system's own; measured some 15 MB.
DISK_BYTES_MAX = 40_000_000
RESIDENT_BYTES_MAX = 60_000_000
CORE_MAX = 0.01
WRONG = "When something is wrong"
WRONG_CLOCK = "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=-3d"


def measured(line: str) -> None:
    """Show a figure in the test's output, whatever becomes of the test."""
    print(f"\n    measured: {line}", flush=True)


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
    assert reference in machine_log(site, "printer")
    assert site.books_are_right()


def machine_log(site: Site, unit: str) -> str:
    return site.machine.log(unit, 1000)


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


# --- the manual -----------------------------------------------------------------------------------


def test_how_it_is(site: Site) -> None:
    told = "\n".join(site.follow("How it is"))
    assert "Canteen, till 1" in told
    assert "each whole and in its place" in told


def test_readers_and_printers(site: Site) -> None:
    stranger = "04DEADBEEF0001"
    is_heard = threading.Event()

    def keep_tapping() -> None:
        # Nobody sees when the command begins to listen: the card comes again until it was heard.
        while not is_heard.is_set():
            site.show_card(stranger)
            is_heard.wait(0.5)

    hand = threading.Thread(target=keep_tapping)
    for command in site.manual.commands("Readers and printers"):
        if "listen" in command:
            hand.start()
            try:
                assert stranger in site.type(command)
            finally:
                is_heard.set()
                hand.join()
        else:
            site.type(command)


def test_settings(site: Site) -> None:
    told = site.follow("Settings")
    assert 'language: "fr" -> "nl"' in told[-2]
    assert 'language: "nl" -> "fr"' in told[-1]
    site.wait_until_open()


def test_what_a_terminal_is_by_the_hour(site: Site) -> None:
    _, applied, told = site.follow("What a terminal is, by the hour")
    assert "timetable" in applied
    assert re.search(r"^profile   \w+  until \S+, then \w+$", told, re.MULTILINE), told
    site.machine.run("refectory apply --back && sed -i /^timetable/d till.toml")
    site.wait_until_open()
    assert site.status()["profile"] == "till"


def test_a_screen_can_be_opened(site: Site) -> None:
    (address,) = site.follow("The screen")
    script = (
        "import urllib.request as u; o = u.build_opener(u.HTTPCookieProcessor());"
        f" print(o.open('{address.strip()}').status)"
    )
    assert site.machine.run(f'python3 -c "{script}"').stdout == "200\n"


def test_a_copy_on_a_stick(site: Site) -> None:
    machine = site.machine
    # Without a stick nothing is copied: the same card would keep it.
    machine.run("systemctl start refectory-backup")
    assert machine.run("ls /var/lib/refectory-backup").stdout == ""
    site.follow("A copy of the journal on a stick")
    (copy,) = machine.run("ls /var/lib/refectory-backup/*.db").stdout.split()
    assert "each whole" in machine.run(f"refectory journal verify {copy}").stdout
    machine.run("systemctl start refectory-verify")
    machine.run("umount /var/lib/refectory-backup; sed -i /REFECTORY/d /etc/fstab")


def test_the_log_names_nobody_and_opens_nothing(site: Site) -> None:
    log = machine_log(site, UNIT)
    names = {pupil.last_name for pupil in site.school.pupils if len(pupil.last_name) > 4}
    assert {name for name in names if name in log} == set()
    numbers = {badge.credential.hex for badge in site.school.badges}
    assert {number for number in numbers if number in log} == set()
    assert "token=" not in log


# --- faults and their cures -----------------------------------------------------------------------


def test_a_till_that_hangs_is_started_again(site: Site) -> None:
    machine = site.machine
    facts = site.kinds()
    pid = machine.pid_of(UNIT)
    # strace holds the till's thread, and no other, at its next wait; all else goes on.
    holding = ("strace", "-q", "-o", "/dev/null", "-p", str(pid), "-e", "trace=futex")
    holder = subprocess.Popen([*holding, "-e", "inject=futex:delay_enter=60000000"])
    try:
        wait_for("the watchdog", lambda: "Watchdog timeout" in machine_log(site, UNIT))
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


_ADDRESS = CENTRE.removeprefix("http://").partition(":")[0]


def cut_off(site: Site) -> None:
    """Cut the network to the centre."""
    site.machine.run(
        f"ip route add prohibit {_ADDRESS} table local; ss -K dst {_ADDRESS} > /dev/null",
        check=False,
    )


def bring_back(site: Site) -> None:
    """Mend it."""
    site.machine.run(f"ip route del prohibit {_ADDRESS} table local")
    site.machine.run("refectory sync now", check=False)


def test_a_network_that_is_cut(site: Site) -> None:
    cut_off(site)
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"
    site.follow_some(WRONG, "refectory sync now")
    wait_for("a lane that is offline", lambda: "offline" in site.lanes())
    assert {"centre", "network"} <= set(site.findings())
    assert site.findings()["centre"]["cure"]
    assert site.status()["queue"]["count"] >= 1
    bring_back(site)
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


# --- figures --------------------------------------------------------------------------------------


def test_what_a_day_takes(site: Site) -> None:
    """Measure a day of 600 taps, through a simulated reader, and the till at rest."""
    machine = site.machine
    machine.run(
        'sed \'s#^readers.*#readers = ["pcsc://", "simulated://"]#\' till.toml > day.toml;'
        " refectory apply day.toml"
    )
    site.wait_until_open()
    (text_before, log_before), disk_before = site.log_bytes(), site.disk_bytes()
    written_before, facts_before = site.written_bytes(), len(site.kinds())
    began = time.monotonic()
    (machine.home / "day.json").write_text(json.dumps(site.day(TAPS_OF_A_DAY)))
    shutil.copy(ROOT / "tests/rigs/tap_day.py", machine.home)
    machine.run("python3 tap_day.py day.json", timeout_s=400)
    wait_for("all papers", lambda: site.status()["printer"]["waiting"] == 0)
    wait_for("all booked", lambda: site.status()["queue"]["count"] == 0)
    took_s = time.monotonic() - began
    facts = len(site.kinds()) - facts_before
    (text, log), disk = site.log_bytes(), site.disk_bytes() - disk_before
    text, log, written = text - text_before, log - log_before, site.written_bytes() - written_before
    measured(
        f"{facts} facts in {took_s:.0f} s; disk {disk / 1e6:.1f} MB, of which the terminal wrote"
    )
    measured(f"{written / 1e6:.1f} MB; log {text / 1e3:.0f} kB, with all fields {log / 1e3:.0f}")
    assert facts >= TAPS_OF_A_DAY
    assert 0 < text <= LOG_BYTES_MAX
    assert disk <= DISK_BYTES_MAX
    idle = site.idle(seconds=20)
    measured(
        f"at rest after that day: {idle.resident_kb * 1024 / 1e6:.1f} MB resident,"
        f" {idle.share_kb * 1024 / 1e6:.1f} MB of them its share,"
        f" {idle.core * 100:.2f} % of a core, {idle.disk_bytes / 1e3:.0f} kB written in 20 s"
    )
    assert idle.core <= CORE_MAX
    assert idle.resident_kb * 1024 <= RESIDENT_BYTES_MAX
    assert site.books_are_right()


# --- help, names, places, spares ------------------------------------------------------------------


def test_what_somebody_else_needs_to_help(site: Site) -> None:
    figures = site.browse(f"{PAGE}metrics")
    assert "# TYPE refectory_" in figures
    _, listed = site.follow("When somebody else is to help")
    assert "status.json" in listed
    everything = site.machine.run("tar -xzOf support.tar.gz").stdout
    names = {pupil.last_name for pupil in site.school.pupils if len(pupil.last_name) > 4}
    assert {name for name in names if name in everything} == set()
    assert {one for one in site.school.badges if one.credential.hex in everything} == set()


ANOTHER = "Another name, another place"
SPARE = "A spare in a dead terminal's place"


def test_another_name(site: Site) -> None:
    site.manual.places["TILL-1"] = site.terminals()["Canteen, till 1"]
    told, _ = site.follow_some(ANOTHER, "refectory central terminals", "refectory central rename")
    assert "Canteen, till 1" in told
    wait_for("its new name", lambda: site.status()["terminal"] == "Canteen, till 2")


def test_another_canteen(site: Site) -> None:
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    (code,) = site.follow_some(ANOTHER, "refectory central move")
    site.manual.places["M0VE-C0DE"] = code.strip()
    site.follow_some(ANOTHER, "systemctl stop", "refectory enrol --again --code", "systemctl start")
    site.wait_until_open()
    wait_for("its copy", lambda: site.status()["copy_at"] is not None)
    assert site.status()["terminal"] == "Canteen, till 3"
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


def test_retired_and_enrolled_anew_by_a_scanned_code(site: Site) -> None:
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    site.manual.places["TILL-3"] = site.terminals()["Canteen, till 3"]
    _, code = site.follow_some(ANOTHER, "refectory central retire", "refectory central code")
    assert (site.machine.root / CENTRAL_FOLDER.lstrip("/") / "code.png").stat().st_size > 0
    site.manual.places["SCAN-C0DE"] = code.strip()
    site.follow_some(ANOTHER, "systemctl stop", "refectory enrol --again 'ref", "systemctl start")
    site.wait_until_open()
    wait_for("its copy", lambda: site.status()["copy_at"] is not None)
    assert site.status()["terminal"] == "Canteen, till 4"
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


def test_a_spare_takes_a_dead_terminals_place_with_what_it_had_not_sent(site: Site) -> None:
    machine = site.machine
    cut_off(site)
    for _ in range(2):
        site.tap(site.hungry())
    unsent = site.status()["queue"]["count"]
    facts = site.kinds()
    assert unsent >= 2
    machine.run(f"systemctl kill --signal=KILL {UNIT}; systemctl stop {UNIT}")
    # Its card goes into a reader of the spare, which is empty.
    machine.run(
        f"mount -t tmpfs card /mnt && mkdir -p /mnt{DATA} && cp -a {DATA}/. /mnt{DATA}/"
        f" && find {DATA} -mindepth 1 -delete && systemctl start {UNIT}"
    )
    wait_for("the page for the code", site.asks_for_a_code)
    bring_back(site)
    site.manual.places["TILL-4"] = site.terminals()["Canteen, till 4"]
    (code,) = site.follow_some(SPARE, "refectory central code --replace")
    site.manual.places["SPAR-C0DE"] = code.strip()
    (told,) = site.follow_some(SPARE, "refectory replace")
    assert f"{unsent} events wait" in told
    site.wait_until_open()
    site.follow_some(SPARE, "refectory status")
    assert site.kinds()[: len(facts)] == facts
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    assert site.books_are_right()
    wait_for("its copy", lambda: site.status()["copy_at"] is not None)
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


def test_what_is_left_of_a_damaged_journal(site: Site) -> None:
    machine = site.machine
    facts = len(site.kinds())
    machine.run(
        f"systemctl stop {UNIT}; cp {DATA}/journal.db /mnt/damaged.db; systemctl start {UNIT}"
    )
    damaged = "/mnt/damaged.db"
    # The middle of the file is gone, as where a card has lost a block.
    machine.run(
        f"dd if=/dev/zero of={damaged} bs=4096 count=4 conv=notrunc"
        f" seek=$(( $(stat -c %s {damaged}) / 8192 ))"
    )
    assert machine.run(f"refectory journal verify {damaged}", check=False).returncode == 1
    site.follow_some(SPARE, "refectory journal rescue")
    rescued = len((machine.home / "rescued.jsonl").read_text().splitlines())
    measured(f"{rescued} of {facts} events read from a journal that has lost four blocks")
    assert 0 < rescued <= facts
    machine.run("umount /mnt")
    site.wait_until_open()


def test_a_code_typed_on_the_screen(site: Site) -> None:
    """The same terminal once more, by its screen: what a technician without SSH does."""
    machine = site.machine
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    machine.run(f"systemctl stop {UNIT} && find {DATA} -mindepth 1 -delete")
    machine.run(f"systemctl start {UNIT}")
    wait_for("the page for the code", site.asks_for_a_code)
    assert machine.run("refectory doctor", check=False).returncode == 3
    told = site.browse(PAGE, {"code": site.code(), "central": CENTRE})
    assert "Canteen, till 1" in told
    site.wait_until_open()
    wait_for("its copy", lambda: site.status()["copy_at"] is not None)
    site.tap(site.hungry())
    assert site.kinds()[-1] == "meal.collected"


# --- update, another root, the end ----------------------------------------------------------------


def test_update_and_back(site: Site, package: Path, tmp_path: Path) -> None:
    """Up to a version whose journal has a table more, and back, with facts that wait both times."""
    machine = site.machine
    facts = site.kinds()
    for one in (package, next_version(package, tmp_path)):
        shutil.copy(one, machine.home)
    upgrade, doctor, downgrade = site.manual.commands("Update, and back again")
    cut_off(site)
    for command, version in ((upgrade, f"{VERSION_AFTER}-1"), (downgrade, "0.1.0-1")):
        site.tap(site.hungry())
        waiting = site.status()["queue"]["count"]
        facts.append("meal.collected")
        site.type(command)
        assert machine.run("dpkg-query -W -f '${Version}' refectory").stdout == version
        site.wait_until_open()
        assert site.status()["version"] == version.partition("-")[0]
        assert [kind for kind in site.kinds() if kind == "meal.collected"] == [
            kind for kind in facts if kind == "meal.collected"
        ]
        assert site.status()["queue"]["count"] >= waiting
        # The step was made once, and what it added is left alone on the way back.
        assert journal_version(site) == VERSION + 1
        site.type(doctor)
    bring_back(site)
    wait_for("everything at the centre", lambda: site.status()["queue"]["count"] == 0)
    assert "each whole" in machine.run("refectory journal verify").stdout
    assert site.books_are_right()


def journal_version(site: Site) -> int:
    """Return the version that the journal's file says it has. Source: sqlite.org/fileformat."""
    script = (
        "import sqlite3;"
        f" print(sqlite3.connect('file:{DATA}/journal.db?mode=ro', uri=True)"
        ".execute('PRAGMA user_version').fetchone()[0])"
    )
    return int(site.machine.run(f'python3 -c "{script}"').stdout)


def test_what_was_disabled_stays_so_over_an_update(site: Site) -> None:
    machine = site.machine
    timer = "refectory-backup.timer"
    machine.run(f"systemctl disable --now {timer}")
    machine.run(f"apt-get install -y ./refectory_{VERSION_AFTER}-1_*.deb")
    assert machine.run(f"systemctl is-enabled {timer}", check=False).stdout == "disabled\n"
    machine.run(f"systemctl enable --now {timer}")
    machine.run("apt-get install -y --allow-downgrades ./refectory_0.1.0-1_*.deb")
    site.wait_until_open()


def test_the_hardware_watchdog_is_asked_for(site: Site) -> None:
    site.follow("Hardware watchdog")
    wait_for(
        "systemd with its watchdog",
        lambda: site.machine.run("systemctl show -P RuntimeWatchdogUSec").stdout == "15s\n",
    )


def test_a_root_that_nothing_can_write(site: Site) -> None:
    with booted_read_only(site):
        machine = site.machine
        assert machine.run("touch /usr/x", check=False).returncode != 0
        assert machine.run("touch /etc/x", check=False).returncode != 0
        site.start_printer()
        site.wait_until_open()
        site.tap(site.hungry())
        assert site.kinds()[-1] == "meal.collected"


@contextmanager
def booted_read_only(site: Site) -> Iterator[None]:
    """Boot with `/` read-only and an empty `/var` in memory; only the data's own disk is kept."""
    site.reboot("--volatile=state")
    try:
        yield
    finally:
        site.reboot()
        site.start_printer()


def test_removed_it_keeps_everything_and_comes_back_with_it(site: Site) -> None:
    machine = site.machine
    site.wait_until_open()
    facts = site.kinds()
    machine.run("apt-get remove -y refectory")
    assert machine.run("command -v refectory", check=False).returncode != 0
    machine.run(f"ls {DATA}/journal.db {DATA}/identity.json /etc/refectory/terminal.toml")
    machine.run("apt-get install -y ./refectory_0.1.0-1_*.deb")
    site.wait_until_open()
    assert site.kinds()[: len(facts)] == facts


def test_every_command_of_the_manual_was_typed(site: Site) -> None:
    assert site.manual.left_out() == []


def test_purged_it_leaves_nothing(site: Site) -> None:
    machine = site.machine
    machine.run("apt-get purge -y refectory")
    places = f"/etc/refectory /var/lib/refectory-central /opt/refectory {DATA}/*"
    assert machine.run(f"ls -d {places}", check=False).stdout == ""
    assert machine.run("ls /etc/systemd/system/*/refectory*", check=False).stdout == ""
