"""The running daemon: its till, readers, printer, lanes, queue, screen and version, as it says."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from core.codec import read_moment
from sync.identity import identity_path
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene

_UNIT: Final = "refectory-terminal"
_QUEUE_WARN_S: Final = 24 * 3600


def check_daemon(scene: Scene) -> Iterator[Finding]:
    """Yield whether a daemon runs on this folder, and how often systemd started it again."""
    if scene.status is None and _waits_for_code(scene):
        # It shows the page for the code; what is missing, the identity, is said already.
        return
    if scene.status is None:
        yield failed(
            "daemon",
            "no terminal runs on this folder",
            why="nobody can be served",
            cure=f"systemctl start {_UNIT}; if it does not stay: journalctl -u {_UNIT} -n 30",
        )
        return
    alarm = scene.status["alarm"]
    if alarm is None:
        yield well("daemon", f"the till is {scene.status['till']}")
    else:
        what, _, cure = alarm["text"].partition("; ")
        why = "it serves nobody until it can write again"
        yield failed("daemon", what, why=why, cure=cure or "see disk, above")
    yield from _restarts(scene)
    yield from _version(scene.status)


def _waits_for_code(scene: Scene) -> bool:
    try:
        return not identity_path(scene.folder).exists()
    except PermissionError:
        # Another user's folder: what is in it is not known, and the folder's own check says so.
        return False


def _restarts(scene: Scene) -> Iterator[Finding]:
    if not scene.matches("run/systemd/system"):
        return
    words = ["systemctl", "show", _UNIT, "--property=NRestarts,Result"]
    told = dict(
        line.partition("=")[::2] for line in (scene.run(words) or "").splitlines() if "=" in line
    )
    count = told.get("NRestarts", "0")
    if count in ("0", ""):
        return
    what = f"systemd has started it again {count} times"
    why = "it ended by itself, or its watchdog ended it; each time taps waited for seconds"
    cure = f"journalctl -u {_UNIT} -n 50; when mended: systemctl reset-failed {_UNIT}"
    yield degraded("daemon", what, why=why, cure=cure)


def _version(status: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        installed = version("refectory")
    except PackageNotFoundError:
        return
    running = status.get("version", installed)
    if running == installed:
        yield well("version", f"refectory {installed}")
        return
    what = f"the running terminal is {running}, installed is {installed}"
    why = "what was mended since is not at work yet"
    yield degraded("version", what, why=why, cure=f"systemctl restart {_UNIT}")


def check_readers(scene: Scene) -> Iterator[Finding]:
    """Yield how each reader is."""
    if scene.status is None:
        return
    if not scene.status["readers"]:
        cure = 'refectory reader list; then name one in the settings: readers = ["pcsc://"]'
        yield failed("reader", "there is none", why="no badge can be read", cure=cure)
    for reader in scene.status["readers"]:
        what = f"{reader['name']}: {reader['state']}"
        if reader["state"] in ("up", "recovered"):
            yield well("reader", what)
        else:
            cure = reader["detail"] or "plug it in again; then: refectory reader list"
            yield failed("reader", what, why="no badge can be read there", cure=cure)


def check_printer(scene: Scene) -> Iterator[Finding]:
    """Yield how the printer is."""
    if scene.status is None:
        return
    printer = scene.status["printer"]
    what = f"{printer['state']}, {printer['waiting']} papers wait"
    if printer["state"] in ("ready", "printing", "none"):
        yield well("printer", what)
    else:
        cure = printer["detail"] or "refectory printer status"
        yield degraded("printer", what, why="receipts come late or never; taps go on", cure=cure)


def check_lanes(scene: Scene) -> Iterator[Finding]:
    """Yield how sending and fetching go, as the daemon says."""
    if scene.status is None:
        return
    for name, lane in scene.status["network"].items():
        yield _lane(name, lane)


def _lane(name: str, lane: Mapping[str, Any]) -> Finding:
    what = f"{name}: {lane['state']}"
    match lane["state"]:
        case "stopped":
            why = "the centre refused; nothing is lost, and a person must look"
            return failed("network", what, why=why, cure=lane["detail"] or "refectory sync status")
        case "offline":
            why = "paid meals go on, sales within their limits"
            return degraded("network", what, why=why, cure=lane["detail"] or "refectory sync now")
        case _:
            return well("network", what)


def check_epoch(scene: Scene) -> Iterator[Finding]:
    """Yield whether an older image of the card was restored, and waits for a person."""
    fork = None if scene.status is None else scene.status.get("restored")
    if fork is None:
        return
    what = (
        f"an older image of this card was restored: the centre goes on to {fork['centre']}, and"
        f" what both share ends at {fork['common']}"
    )
    why = "taps go on and nothing is lost, but nothing of them is booked until a person agrees"
    cure = "at the centre: refectory central approve-epoch ID; the terminal then goes on by itself"
    yield failed("epoch", what, why=why, cure=cure)


def check_queue(scene: Scene) -> Iterator[Finding]:
    """Yield how much waits for the centre, and since when."""
    if scene.status is None:
        return
    queue = scene.status["queue"]
    what = f"{queue['count']} events wait for the centre"
    oldest = queue.get("oldest_at")
    if oldest is None or (scene.now - read_moment(oldest)).total_seconds() < _QUEUE_WARN_S:
        yield well("queue", what)
        return
    why = "the bursar and the parents do not see them, and this terminal holds the only copy"
    cure = "refectory sync now; then see centre and network"
    yield degraded("queue", f"{what}, the oldest since {oldest}", why=why, cure=cure)


def check_screen(scene: Scene) -> Iterator[Finding]:
    """Yield whether any screen shows the till."""
    screen = None if scene.status is None else scene.status.get("screen")
    if screen is None:
        return
    if not screen["is_up"]:
        cure = f"systemctl restart {_UNIT}; why: journalctl -u {_UNIT} -n 50"
        what = f"the screens at {screen['address']} are gone"
        yield failed("screen", what, why="staff cannot see or sell anything", cure=cure)
    elif screen["viewers"]:
        yield well("screen", f"{screen['viewers']} screens show {screen['address']}")
    else:
        cure = "systemctl restart refectory-kiosk"
        what = f"no screen shows {screen['address']}"
        yield degraded("screen", what, why="staff do not see who is served", cure=cure)
