"""Help from outside, another name, another place, a spare, and a code on the screen."""

import pytest
from machine_rig import DATA, wait_for
from site_rig import CENTRAL_FOLDER, CENTRE, PAGE, UNIT, Site, measured

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

ANOTHER = "Another name, another place"
SPARE = "A spare in a dead terminal's place"


def test_what_somebody_else_needs_to_help(site: Site) -> None:
    figures = site.browse(f"{PAGE}metrics")
    assert "# TYPE refectory_" in figures
    _, listed = site.follow("When somebody else is to help")
    assert "status.json" in listed
    everything = site.machine.run("tar -xzOf support.tar.gz").stdout
    names = {pupil.last_name for pupil in site.school.pupils if len(pupil.last_name) > 4}
    assert {name for name in names if name in everything} == set()
    assert {one for one in site.school.badges if one.credential.hex in everything} == set()


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
    site.cut_off()
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
    site.bring_back()
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
