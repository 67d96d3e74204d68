"""Update and back, a root that nothing can write, removed, and purged."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from machine_rig import DATA, wait_for
from site_rig import VERSION_AFTER, Site, next_version

from offline_cache.schema import VERSION

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


def test_update_and_back(site: Site, package: Path, tmp_path: Path) -> None:
    """Up to a version whose journal has a table more, and back, with facts that wait both times."""
    machine = site.machine
    facts = site.kinds()
    for one in (package, next_version(package, tmp_path)):
        shutil.copy(one, machine.home)
    upgrade, doctor, downgrade = site.manual.commands("Update, and back again")
    site.cut_off()
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
    site.bring_back()
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
