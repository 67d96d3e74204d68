"""The kiosk unit's own start line: a real cage, a real Chromium, and our policies in force.

It runs as nobody, on a screen in memory (wlroots' headless backend). What a unit does around it,
systemd's sandbox and its restarts, is left to `tests/house/test_units.py`.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from web_rig import Serve, until

from terminal.web.server import WebServer

# Mounts the policies where Chromium looks for them, which a chroot, as CI's may be, cannot do
# without telling its host: a part of `./test --system`.
pytestmark = pytest.mark.system

HOUSE = Path(__file__).parents[2]
UNIT = HOUSE / "systemd/system/refectory-kiosk.service"
POLICY = HOUSE / "systemd/chromium/refectory.json"
NOBODY = 65534
LONG_S = 120
PARTS = ("cage", "chromium", "Xwayland", "unshare", "setpriv")


@pytest.fixture(autouse=True)
def _need_a_kiosk() -> None:
    lacks = [name for name in PARTS if not shutil.which(name)]
    if os.geteuid() != 0:
        lacks.append("root, to lay the policies where Chromium looks for them")
    if lacks:
        missing = f"missing: {', '.join(lacks)} (apt-get install cage xwayland chromium)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path is short, and nobody must reach it: pytest's own folders are root's.
    with tempfile.TemporaryDirectory(prefix="kiosk-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def start_line(folder: Path) -> str:
    """Return the unit's own start line, with its folders in a folder of the test's."""
    (line,) = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", UNIT.read_text(), re.MULTILINE)
    return str(re.sub(r"%[tS]/refectory-kiosk", str(folder), line))


@dataclass
class Kiosk:
    """One that runs. pid: of its cage."""

    folder: Path
    pid: int

    def is_over(self) -> bool:
        """Say whether cage has ended."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def browser(self) -> int:
        """Return the number of the browser's main process."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        (found,) = (one for one in map(int, children) if _name(one) == "chromium")
        return found

    def wait_for(self, is_so: Callable[[], object]) -> None:
        """Wait; show the kiosk's own words when it does not come."""
        try:
            until(is_so, within_s=LONG_S)
        except AssertionError:
            pytest.fail((self.folder / "log").read_text(errors="replace"))


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


@contextmanager
def kiosk(folder: Path, address: str, *, also: str, policy: str | None) -> Iterator[Kiosk]:
    """Start it. also: a second page that it is asked to open. policy: None for none."""
    managed, flags = folder / "etc/policies/managed", folder / "flags"
    managed.mkdir(parents=True)
    flags.mkdir()
    if policy is not None:
        (managed / "refectory.json").write_text(policy)
    # The test's alone: a page more, and no sandbox inside of the test's container.
    (flags / "test").write_text(
        'CHROMIUM_FLAGS="$CHROMIUM_FLAGS --no-sandbox --disable-gpu --disable-dev-shm-usage'
        f' {also}"\n'
    )
    (folder / "address").write_text(address)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman",
        "WLR_LIBINPUT_NO_DEVICES": "1",
    }
    become = f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups /bin/sh -c"
    script = (
        f"mount --bind {folder}/etc /etc/chromium && mount --bind {flags} /etc/chromium.d"
        f' && {become} "$1"'
    )
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            ["unshare", "--mount", "/bin/sh", "-c", script, "sh", start_line(folder)],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Kiosk(folder, child.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """A page that is none of ours, and what was asked of it."""
    paths: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(204)
            self.end_headers()

    monkeypatch.setattr(Elsewhere, "log_message", lambda *_: None)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/elsewhere", paths
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.browser
def test_the_kiosk_shows_the_till_and_nothing_else(
    serve: Serve, folder: Path, asked: tuple[str, list[str]]
) -> None:
    server: WebServer = serve(socket_path=None)
    elsewhere, paths = asked
    # The till's port is another here; nothing else of the file is.
    policy = POLICY.read_text().replace("8750", str(urlsplit(server.address).port))
    with kiosk(folder, server.launch_url(), also=elsewhere, policy=policy) as shown:
        shown.wait_for(lambda: server.viewer_count == 1)
        assert paths == []
        # A browser that dies takes cage with it, so that systemd starts both again.
        os.kill(shown.browser(), signal.SIGKILL)
        shown.wait_for(shown.is_over)
    assert "Restart=always" in UNIT.read_text().splitlines()


@pytest.mark.browser
def test_without_the_policies_it_goes_elsewhere(
    serve: Serve, folder: Path, asked: tuple[str, list[str]]
) -> None:
    server: WebServer = serve(socket_path=None)
    elsewhere, paths = asked
    with kiosk(folder, server.launch_url(), also=elsewhere, policy=None) as shown:
        shown.wait_for(lambda: paths)
