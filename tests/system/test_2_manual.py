"""The manual's sections for a terminal that is well: looking, readers, settings, hours, a stick."""

import re
import threading

import pytest
from site_rig import UNIT, Site

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


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
    log = site.log(UNIT)
    names = {pupil.last_name for pupil in site.school.pupils if len(pupil.last_name) > 4}
    assert {name for name in names if name in log} == set()
    numbers = {badge.credential.hex for badge in site.school.badges}
    assert {number for number in numbers if number in log} == set()
    assert "token=" not in log
