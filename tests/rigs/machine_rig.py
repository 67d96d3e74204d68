"""A machine of its own for the system test: Debian 12, booted by systemd-nspawn, on loopback alone.

Its network is private and empty, so nothing it does can leave it. The data folder is a small disk
of its own (an ext4 image), which can be filled. Commands are run as root's, as over SSH; the cards
are played by a process of ours in the machine's network.
"""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARDS = Path(__file__).with_name("card_host.py")
TOOLS = ("mmdebstrap", "systemd-nspawn", "nsenter", "mkfs.ext4", "strace")
CURE = "apt-get install mmdebstrap systemd-container util-linux e2fsprogs strace git"
VPCD_PORT = 35963
DATA = "/var/lib/refectory"
_BOOT_S = 300.0
_POLL_S = 0.2
_SECTOR_BYTES = 512
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/r" + "oot",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


def missing_tools() -> list[str]:
    """Return what the rig needs and does not find on this machine."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def wait_for(what: str, done: Callable[[], object], *, seconds: float = 240.0) -> object:
    """Return what `done` returns once that is true. Raises TimeoutError, saying what for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = done()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        pause.wait(_POLL_S)


class Machine:
    """One machine, from its first boot to its end. image: the tar of a bare Debian."""

    def __init__(self, image: Path, *, data_mb: int = 512) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="refectory-machine-"))
        self.root = self._folder / "root"
        self.root.mkdir()
        self.home = self.root / "root"
        subprocess.run(["tar", "-xf", image, "-C", self.root], check=True, timeout=120)
        # Without it the first boot asks for a time zone and a password.
        (self.root / "etc/machine-id").write_text(f"{secrets.token_hex(16)}\n")
        # The log of a booted machine outlives it here, so that a failure can be read.
        (self.root / "var/log/journal").mkdir(parents=True, exist_ok=True)
        self.disk = self._folder / "disk"
        self._make_disk(data_mb)
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._init_pid = 0

    def _make_disk(self, size_mb: int) -> None:
        image = self._folder / "disk.ext4"
        with image.open("wb") as file:
            file.truncate(size_mb * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True, timeout=60)
        self.disk.mkdir()
        subprocess.run(["mount", "-o", "loop", image, self.disk], check=True, timeout=60)

    def boot(self, *options: str) -> float:
        """Start the machine; return the seconds until it was running. options: systemd-nspawn's."""
        started = time.monotonic()
        with (self._folder / "console.log").open("ab") as console:
            self._nspawn = subprocess.Popen(
                [
                    *("systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}"),
                    *("--register=no", "--keep-unit", "--private-network", "--console=pipe"),
                    *("--hostname=till", f"--bind={self.disk}:{DATA}", *options),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        self._init_pid = int(str(wait_for("an init", self._find_init, seconds=_BOOT_S)))
        wait_for("a running system", self._is_running, seconds=_BOOT_S)
        return time.monotonic() - started

    def _find_init(self) -> int | None:
        assert self._nspawn is not None
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children")
        found = children.read_text().split()
        return int(found[0]) if found else None

    def _is_running(self) -> bool:
        done = self.run("systemctl is-system-running", check=False)
        return done.stdout.strip() in ("running", "degraded")

    def run(
        self, command: str, *, check: bool = True, timeout_s: float = 300.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a line of shell as root in the machine, as over SSH."""
        done = subprocess.run(
            [
                *("nsenter", f"--target={self._init_pid}", "--all", "--wdns=/"),
                *("/bin/bash", "-c", f"cd ~; {command}"),
            ],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{command}\nended with {done.returncode}\n{done.stdout}{done.stderr}\n{self.log()}"
            )
        return done

    def json(self, command: str, *, check: bool = True) -> dict:
        """Return the object that a command prints last."""
        done = self.run(command, check=check)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        assert lines, f"{command}: no JSON in {done.stdout!r}, {done.stderr!r}"
        return json.loads(lines[-1])

    def write(self, path: str, text: str) -> None:
        """Put a file into the machine."""
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def log(self, unit: str = "refectory-terminal", lines: int = 60) -> str:
        """Return the end of a unit's log."""
        return self.run(f"journalctl -u {unit} -n {lines} --no-pager", check=False).stdout

    def show(self, unit: str, value: str) -> str:
        """Return one of systemd's values about a unit."""
        return self.run(f"systemctl show -P {value} {unit}").stdout.strip()

    def pid_of(self, unit: str) -> int:
        """Return the number that this host gives to a unit's main process; 0 when there is none."""
        inner = self.show(unit, "MainPID")
        if inner == "0":
            return 0
        space = Path(f"/proc/{self._init_pid}/ns/pid").readlink()
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                if Path(status.parent / "ns/pid").readlink() != space:
                    continue
                for line in status.read_text().splitlines():
                    if line.startswith("NSpid:") and line.split()[-1] == inner:
                        return int(status.parent.name)
        return 0

    def written_bytes(self) -> int:
        """Return what the data disk's device has written. Source: the kernel's stat.txt."""
        device = self.disk.stat().st_dev
        stat = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text()
        return int(stat.split()[6]) * _SECTOR_BYTES

    def cards(self) -> "Cards":
        """Return hands that lay cards on the machine's virtual reader."""
        return Cards(self._init_pid)

    def stop(self) -> None:
        """Shut the machine down as by its power button."""
        if self._nspawn is None:
            return
        self._nspawn.terminate()
        try:
            self._nspawn.wait(60)
        except subprocess.TimeoutExpired:
            # Killed nspawn would leave the machine running: its init goes, and all with it.
            os.kill(self._init_pid, 9)
            self._nspawn.wait(30)
        self._nspawn = None

    def close(self) -> None:
        """End the machine and remove all of it."""
        self.stop()
        subprocess.run(["umount", self.disk], check=False, timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)


class Cards:
    """Lays cards on the virtual reader and takes them off."""

    def __init__(self, init_pid: int) -> None:
        self._host = subprocess.Popen(
            ["nsenter", f"--target={init_pid}", "--net", sys.executable, str(CARDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{CARDS.parent}"},
        )
        self._answer()

    def insert(self, uid: str, *, kind: str = "ntag") -> None:
        """Lay a card on the reader."""
        self._order(do="insert", kind=kind, uid=uid, message="", port=VPCD_PORT, tear_after=None)

    def remove(self) -> None:
        """Take it off."""
        self._order(do="remove", port=VPCD_PORT)

    def close(self) -> None:
        """Take everything away."""
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.close()
        self._host.wait(15)
        self._host.stdout.close()

    def _order(self, **order: object) -> None:
        assert self._host.stdin is not None
        self._host.stdin.write(json.dumps(order) + "\n")
        self._host.stdin.flush()
        self._answer()

    def _answer(self) -> None:
        assert self._host.stdout is not None
        line = self._host.stdout.readline()
        if not line or "error" in json.loads(line):
            raise RuntimeError(f"the cards' player ended or failed: {line!r}")
