"""A school's box as the system test sees it: machine, manual, centre, printer, cards."""

import os
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from machine_rig import Cards, Machine, wait_for
from manual_rig import Manual

from central.seed import DemoSchool

UNIT = "refectory-terminal"
LOOKS = ("refectory doctor", "refectory status", "refectory sync status")
SEED = 1
UID_DIGITS = 14
LEFT_FOR_LATER = 20
_CARD_LIES_S = 2.0
CENTRE = "http://127.0.0.2:8760"
PRINTER = "127.0.0.1:9100"
CENTRAL = "runuser -u refectory-central -- refectory central"
DATABASE = "--database /var/lib/refectory-central/central.db"


def build(*words: str | Path) -> Path:
    """Run one of the packaging scripts; return the path that it prints last."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[-1])


def with_revision(package: Path, revision: str, folder: Path) -> Path:
    """Return a package as its next revision would be: the same files, another version."""
    tree = folder / f"tree-{revision}"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True, timeout=120)
    control = tree / "DEBIAN/control"
    text = control.read_text()
    control.write_text(re.sub(r"^(Version: .*)-\d+$", rf"\1-{revision}", text, flags=re.MULTILINE))
    made = folder / re.sub(r"-\d+_", f"-{revision}_", package.name)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, made],
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(tree)
    return made


@dataclass(frozen=True, slots=True)
class Idle:
    """A till at rest. core: share of one core; disk_bytes: written to the data disk meanwhile."""

    resident_kb: int
    core: float
    disk_bytes: int


@dataclass
class Site:
    """A school's box: the machine, what it hears from its centre, and the hands at its reader."""

    machine: Machine
    manual: Manual
    school: DemoSchool
    cards: Cards | None = None
    fed: int = 0

    def follow(self, heading: str) -> list[str]:
        """Type a section of the manual, line by line; return what each printed."""
        return [self.type(command) for command in self.manual.commands(heading)]

    def follow_some(self, heading: str, *beginnings: str) -> list[str]:
        """Type those lines of a section that begin so."""
        commands = self.manual.commands(heading)
        chosen = [next(one for one in commands if one.startswith(word)) for word in beginnings]
        return [self.type(command) for command in chosen]

    def type(self, command: str) -> str:
        """Type one command of the manual. Looking may find the terminal degraded: exit code 1."""
        done = self.machine.run(
            self.manual.type(command), check=not command.startswith(LOOKS), timeout_s=300
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def hungry(self) -> str:
        """Return the number of the next badge for which a meal waits."""
        self.fed += 1
        return self._with_meals()[self.fed - 1]

    def day(self, count: int) -> list[list[str]]:
        """Return a day's badges: technology, value. A few with meals are left for later."""
        for_later = set(self._with_meals()[self.fed :][:LEFT_FOR_LATER])
        badges = [badge.credential for badge in self.school.badges]
        return [[one.technology.word, one.hex] for one in badges if one.hex not in for_later][
            :count
        ]

    def _with_meals(self) -> list[str]:
        return [
            badge.credential.hex
            for badge in self.school.badges
            if "collected" in badge.expectation and len(badge.credential.hex) == UID_DIGITS
        ]

    def status(self) -> dict:
        """Return what the running terminal says."""
        return self.machine.json("refectory status --json", check=False)

    def lanes(self) -> set[str]:
        """Return how the two directions of the uplink are."""
        return {lane["state"] for lane in self.status()["network"].values()}

    def wait_until_open(self) -> None:
        """Wait until the till serves."""

        def is_open() -> bool:
            done = self.machine.run("refectory status --json", check=False)
            return '"till": "open"' in done.stdout

        wait_for("an open till", is_open, seconds=90)

    def show_card(self, uid: str) -> None:
        """Lay a card on the reader for two seconds, whatever becomes of it."""
        if self.cards is None:
            self.cards = self.machine.cards()
        self.cards.insert(uid)
        threading.Event().wait(_CARD_LIES_S)
        self.cards.remove()

    def reboot(self, *options: str) -> None:
        """Shut the machine down and start it again. options: more of systemd-nspawn's."""
        if self.cards is not None:
            self.cards.close()
            self.cards = None
        self.machine.stop()
        self.machine.boot(*options)

    def log_bytes(self) -> int:
        """Return how much the terminal has logged, as journald exports it with all its fields."""
        return int(self.machine.run(f"journalctl -u {UNIT} -o export | wc -c").stdout)

    def disk_bytes(self) -> int:
        """Return the bytes that were written to the data disk's own device."""
        self.machine.run("sync")
        return self.machine.written_bytes()

    def idle(self, *, seconds: int) -> Idle:
        """Watch the daemon do nothing."""
        pid = self.machine.pid_of(UNIT)
        ticks, disk = _ticks(pid), self.disk_bytes()
        threading.Event().wait(seconds)
        used_s = (_ticks(pid) - ticks) / os.sysconf("SC_CLK_TCK")
        resident = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        assert resident is not None
        return Idle(int(resident[1]), used_s / seconds, self.disk_bytes() - disk)

    def books_are_right(self) -> bool:
        """Tell whether every sum of the centre's books agrees."""
        return self.machine.run(f"{CENTRAL} check {DATABASE}", check=False).returncode == 0

    def tap(self, uid: str) -> None:
        """Lay a card on the reader for as long as a pupil does."""
        if self.cards is None:
            self.cards = self.machine.cards()
        before = self.taps()
        self.cards.insert(uid)
        try:
            wait_for("the tap's decision in the journal", lambda: self.taps() > before)
        finally:
            self.cards.remove()

    def taps(self) -> int:
        """Return how many decisions the journal holds."""
        return sum(kind != "terminal.started" for kind in self.kinds())

    def kinds(self) -> list[str]:
        """Return the kinds of all facts in the journal, as the disk holds them."""
        done = self.machine.run("refectory journal show --json", check=False)
        return [line.split('"kind": "')[1].split('"')[0] for line in done.stdout.splitlines()]

    def findings(self) -> dict[str, dict]:
        """Return what the doctor finds that is not well: the worst of each part."""
        told = self.machine.json("refectory doctor --json", check=False)
        bad = [one for one in told["findings"] if one["grade"] != "well"]
        return {one["part"]: one for one in sorted(bad, key=lambda one: one["grade"])}

    def start_centre(self) -> None:
        """Give the box a centre that has its school, behind its own unit."""
        day = f"{self.school.today:%F}"
        self.machine.write(
            "/etc/refectory/central.env",
            f"REFECTORY_CENTRAL_OPTIONS=--listen {CENTRE.removeprefix('http://')}\n",
        )
        self.machine.run(f"{CENTRAL} seed --seed {SEED} --day {day} {DATABASE}")
        self.machine.run("systemctl enable --now refectory-central")

    def code(self) -> str:
        """Have the centre give out a code."""
        command = f'{CENTRAL} code --terminal "Canteen, till 1" --json {DATABASE}'
        return str(self.machine.json(command)["code"])

    def start_printer(self) -> None:
        """Put a printer on the network."""
        self.machine.run(
            "systemd-run --quiet --unit=printer"
            f" refectory printer emulate --listen {PRINTER} --json"
        )


def _ticks(pid: int) -> int:
    """Return the processor time of a process, user and system, in clock ticks. Source: proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
