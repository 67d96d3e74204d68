"""A school's box as the system test sees it: machine, manual, centre, printer, cards."""

import json
import os
import re
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from machine_rig import Cards, Machine, wait_for
from manual_rig import Manual

from central.seed import DemoSchool
from offline_cache.schema import READABLE_BY_MARK, VERSION

UNIT = "refectory-terminal"
LOOKS = (
    "refectory doctor",
    "refectory status",
    "refectory sync status",
    "refectory journal rescue",
)
SEED = 1
UID_DIGITS = 14
LEFT_FOR_LATER = 20
_CARD_LIES_S = 2.0
CENTRE = "http://127.0.0.2:8760"
_ADDRESS = CENTRE.removeprefix("http://").partition(":")[0]
PRINTER = "127.0.0.1:9100"
PAGE = "http://127.0.0.1:8750/"
CENTRAL_FOLDER = "/var/lib/refectory-central"
CENTRAL = (
    "runuser -u refectory-central --"
    f" env --chdir={CENTRAL_FOLDER} REFECTORY_DATA={CENTRAL_FOLDER} refectory central"
)
DATABASE = f"--database {CENTRAL_FOLDER}/central.db"
VERSION_AFTER = "0.2.0"
_STEP_AFTER = f"""

def _add_note(db):
    db.execute("CREATE TABLE note (text TEXT)")
    db.execute("INSERT INTO mark (name, value) VALUES ('{READABLE_BY_MARK}', '{VERSION}')")
    db.execute("PRAGMA user_version = {VERSION + 1}")


STEPS[{VERSION + 1}] = _add_note
"""


def measured(line: str) -> None:
    """Show a figure in the test's output, whatever becomes of the test."""
    print(f"\n    measured: {line}", flush=True)


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


def next_version(package: Path, folder: Path) -> Path:
    """Return a later version of a package: its journal has a table more, and its words differ."""
    tree = folder / "tree-next"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True, timeout=120)
    libraries = next(tree.glob("opt/refectory/venv/lib/python3*/site-packages"))
    _change(libraries / "offline_cache/migrations/__init__.py", r"(?s)\Z", _STEP_AFTER)
    _change(
        libraries / "offline_cache/schema.py", rf"^VERSION = {VERSION}$", f"VERSION = {VERSION + 1}"
    )
    (metadata,) = libraries.glob("refectory-*.dist-info/METADATA")
    _change(metadata, r"^Version: .*$", f"Version: {VERSION_AFTER}")
    _change(tree / "DEBIAN/control", r"^Version: .*$", f"Version: {VERSION_AFTER}-1")
    # The package is compiled without a look at its sources: what was changed is compiled anew.
    for name in ("migrations/__pycache__/__init__", "__pycache__/schema"):
        for compiled in libraries.glob(f"offline_cache/{name}.*.pyc"):
            compiled.unlink()
    made = folder / re.sub(r"_[^_]+_", f"_{VERSION_AFTER}-1_", package.name)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, made],
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(tree)
    return made


def _change(path: Path, pattern: str, words: str) -> None:
    text, count = re.subn(pattern, lambda _: words, path.read_text(), count=1, flags=re.MULTILINE)
    assert count == 1, f"{path}: no {pattern}"
    path.write_text(text)


@dataclass(frozen=True, slots=True)
class Idle:
    """A till at rest. core: share of one core; disk_bytes: written to the data disk meanwhile.

    share_kb: resident memory, with what it shares with other processes counted in parts.
    """

    resident_kb: int
    share_kb: int
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
        done = self.machine.run(self.manual.type(command), check=not command.startswith(LOOKS))
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

        wait_for("an open till", is_open)

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

    def log(self, unit: str) -> str:
        """Return the last thousand lines that a unit has logged."""
        return self.machine.log(unit, 1000)

    def log_bytes(self) -> tuple[int, int]:
        """Return how much the terminal has logged: its own text, and as journald exports it.

        The second has some twenty fields a line, of which journald keeps each value once.
        """
        self.machine.run("journalctl --sync")
        sizes = (f"journalctl -u {UNIT} -o {form} | wc -c" for form in ("cat", "export"))
        text, exported = (int(self.machine.run(size).stdout) for size in sizes)
        return text, exported

    def disk_bytes(self) -> int:
        """Return the bytes that were written to the data disk's own device."""
        self.machine.run("sync")
        return self.machine.written_bytes()

    def written_bytes(self) -> int:
        """Return the bytes that the daemon itself has had written. Source: proc(5), io."""
        told = Path(f"/proc/{self.machine.pid_of(UNIT)}/io").read_text()
        return int(told.partition("\nwrite_bytes: ")[2].split()[0])

    def idle(self, *, seconds: int) -> Idle:
        """Watch the daemon do nothing."""
        pid = self.machine.pid_of(UNIT)
        ticks, disk = _ticks(pid), self.disk_bytes()
        threading.Event().wait(seconds)
        used_s = (_ticks(pid) - ticks) / os.sysconf("SC_CLK_TCK")
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        kept = dict(re.findall(r"^(Rss|Pss):\s+(\d+)", told, re.MULTILINE))
        resident_kb, share_kb = int(kept["Rss"]), int(kept["Pss"])
        return Idle(resident_kb, share_kb, used_s / seconds, self.disk_bytes() - disk)

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

    def cut_off(self) -> None:
        """Cut the network to the centre."""
        self.machine.run(
            f"ip route add prohibit {_ADDRESS} table local; ss -K dst {_ADDRESS} > /dev/null",
            check=False,
        )

    def bring_back(self) -> None:
        """Mend it."""
        self.machine.run(f"ip route del prohibit {_ADDRESS} table local")
        self.machine.run("refectory sync now", check=False)

    def code(self) -> str:
        """Have the centre give out a code."""
        return self.machine.run(f'{CENTRAL} code --terminal "Canteen, till 1"').stdout.strip()

    def terminals(self) -> dict[str, str]:
        """Return the centre's terminals: the number of each, by its name."""
        lines = self.machine.run(f"{CENTRAL} terminals --json").stdout.splitlines()
        return {one["name"]: one["terminal_id"] for one in map(json.loads, lines)}

    def asks_for_a_code(self) -> bool:
        """Tell whether the terminal's page asks for the code."""
        return "ABCD-EFGH" in self.browse(PAGE)

    def browse(self, address: str, form: dict[str, str] | None = None) -> str:
        """Return what a browser on the box gets, without a session. form: sent as a page does."""
        told = "" if form is None else urlencode(form)
        script = (
            "import sys, urllib.request as u\n"
            f"r = u.Request({address!r}, data={told!r}.encode() or None)\n"
            "r.add_header('Sec-Fetch-Site', 'same-origin')\n"
            "print(u.urlopen(r, timeout=30).read().decode())\n"
        )
        (self.machine.home / "browse.py").write_text(script)
        return self.machine.run("python3 browse.py", check=False).stdout

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
