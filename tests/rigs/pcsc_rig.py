"""The PC/SC rig: a real pcscd with a virtual reader, private to one test run.

pcscd and its virtual reader live in a network namespace of their own, because the virtual reader
listens on every address; only pcscd's unix socket is shared with the test. libpcsclite reads
PCSCLITE_CSOCK_NAME once in a process, so one path serves the whole run. Use it as a fixture:

    pytest_plugins = ["pcsc_rig"]        # with tests/rigs on the path
    def test_something(pcsc: PcscRig): pcsc.insert("classic", "01020304")
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = Path(__file__).with_name("vpcd_host.py")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READER = "Canteen Reader"
PORT = 36001
SECOND_PORT = PORT + 1
CURE = (
    "apt-get install pcscd vsmartcard-vpcd libpcsclite-dev iproute2 util-linux; pip install pyscard"
)


class PcscRig:
    """A private pcscd with one virtual reader of two slots; cards come and go by its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket_path = str(folder / "pcscd.comm")
        self.with_reader = self._configuration("with-reader", READER)
        self.without_reader = self._configuration("without-reader", None)
        self.environment = {"PCSCLITE_CSOCK_NAME": self.socket_path}
        # An ordinary user gets the namespace through a user namespace; root needs none.
        unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
        self._host = subprocess.Popen(
            [
                *(*unshare, "sh", "-c", 'ip link set lo up; exec "$@"', "rig"),
                *(sys.executable, str(HOST), self.socket_path, str(self.with_reader)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._answer()

    def insert(
        self,
        kind: str,
        uid: str,
        *,
        message: str = "",
        port: int = PORT,
        tear_after: int | None = None,
    ) -> None:
        """Lay a card on the reader: classic, ntag, type4, eid, felica, iso15693 or mute."""
        self._order(
            do="insert", kind=kind, uid=uid, message=message, port=port, tear_after=tear_after
        )

    def remove(self, *, port: int = PORT) -> None:
        """Take the card off the reader."""
        self._order(do="remove", port=port)

    def apdus(self, *, port: int = PORT) -> int:
        """Return how many commands the card answered."""
        return int(self._order(do="apdus", port=port)["apdus"])

    def kill(self) -> None:
        """Kill pcscd as a crash would; the cards keep lying where they are."""
        self._order(do="kill")

    def start(self, *, has_reader: bool = True) -> None:
        """Start pcscd again."""
        configuration = self.with_reader if has_reader else self.without_reader
        self._order(do="start", configuration=str(configuration))

    def reset(self) -> None:
        """Leave the reader empty and the service running."""
        self.remove(port=PORT)
        self.remove(port=SECOND_PORT)
        self.kill()
        self.start()

    def close(self) -> None:
        """End pcscd and the cards."""
        assert self._host.stdin is not None
        self._host.stdin.close()
        try:
            self._host.wait(10)
        except subprocess.TimeoutExpired:
            self._host.kill()
            self._host.wait()
        assert self._host.stdout is not None
        self._host.stdout.close()

    def _configuration(self, name: str, reader: str | None) -> Path:
        folder = self.folder / name
        folder.mkdir()
        if reader is not None:
            (folder / "virtual").write_text(
                f'FRIENDLYNAME "{reader}"\nDEVICENAME /dev/null:{PORT}\n'
                f"LIBPATH {DRIVER}\nCHANNELID {PORT:#X}\n"
            )
        return folder

    def _order(self, **order: object) -> dict:
        assert self._host.stdin is not None
        self._host.stdin.write(json.dumps(order) + "\n")
        self._host.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        assert self._host.stdout is not None
        line = self._host.stdout.readline()
        if not line:
            raise RuntimeError("the PC/SC rig ended; run its command by hand to see why")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def missing_parts() -> list[str]:
    """Return what the rig needs and does not find on this machine."""
    commands = ("unshare", "ip", "systemd-socket-activate")
    missing = [command for command in commands if shutil.which(command) is None]
    missing += [str(path) for path in (Path("/usr/sbin/pcscd"), DRIVER) if not path.exists()]
    try:
        import smartcard.scard  # noqa: F401
    except ImportError:
        missing.append("pyscard")
    return missing


def require(missing: list[str], *, is_ci: bool) -> None:
    """Fail in CI, and skip with the cure elsewhere, when a part of the rig is not there."""
    if not missing:
        return
    text = f"no PC/SC rig: {', '.join(missing)} missing; cure: {CURE}"
    if is_ci:
        pytest.fail(text)
    pytest.skip(text)


@pytest.fixture(scope="session")
def pcsc_service() -> Iterator[PcscRig]:
    """Run the private pcscd for a whole test run; fail in CI, skip aloud elsewhere, without one."""
    require(missing_parts(), is_ci=bool(os.environ.get("CI")))
    with tempfile.TemporaryDirectory(prefix="refectory-pcsc-") as folder:
        rig = PcscRig(Path(folder))
        before = os.environ.get("PCSCLITE_CSOCK_NAME")
        os.environ.update(rig.environment)
        yield rig
        rig.close()
        if before is None:
            del os.environ["PCSCLITE_CSOCK_NAME"]
        else:
            os.environ["PCSCLITE_CSOCK_NAME"] = before


@pytest.fixture
def pcsc(pcsc_service: PcscRig) -> Iterator[PcscRig]:
    """Give one test a freshly started pcscd with an empty reader."""
    pcsc_service.reset()
    yield pcsc_service
    pcsc_service.remove()
    pcsc_service.remove(port=SECOND_PORT)
