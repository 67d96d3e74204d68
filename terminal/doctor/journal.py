"""The journal and the copy: whole, in their place, ours, and as new as they should be."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from offline_cache.errors import (
    DiskBrokenError,
    ForeignFileError,
    JournalMissingError,
    OfflineCacheError,
    SnapshotMissingError,
)
from offline_cache.integrity import verify
from offline_cache.snapshot import Snapshot
from sync.errors import SyncError
from sync.identity import Identity, identity_path, load_identity
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene
from terminal.files import COPY_NAME, JOURNAL_NAME

_WHY_JOURNAL: Final = "it is the truth of this till"


def check_journal(scene: Scene) -> Iterator[Finding]:
    """Yield whether the journal is there, ours, and whole from its first byte to its last."""
    path = scene.folder / JOURNAL_NAME
    try:
        report = verify(path)
    except JournalMissingError:
        yield _missing(scene.folder, path)
        return
    except ForeignFileError as error:
        cure = f"mv {path} {path}.foreign; bring this terminal's own journal back in its place"
        yield failed("journal", _first_words(error), why=_WHY_JOURNAL, cure=cure)
        return
    except DiskBrokenError as error:
        cure = "journalctl -k | grep -i error; replace the card, then: refectory replace --help"
        yield failed("journal", _first_words(error), why=_WHY_JOURNAL, cure=cure)
        return
    except OfflineCacheError as error:
        cure = f"keep {path} as it is; see what is left: refectory journal rescue {path}"
        yield failed("journal", _first_words(error), why=_WHY_JOURNAL, cure=cure)
        return
    if report.is_good:
        head = f"{report.head.epoch}-{report.head.seq}"
        yield well("journal", f"{report.events} events, whole up to {head}")
        return
    yield failed(
        "journal",
        f"damaged {report.fault}",
        why="what follows the damage cannot be proven any more",
        cure=f"systemctl stop refectory-terminal; cp -a {scene.folder} USB; then see what is left:"
        f" refectory journal rescue {path}",
    )


def _missing(folder: Path, path: Path) -> Finding:
    if (folder / COPY_NAME).exists():
        return failed(
            "journal",
            f"{path} is gone, but this terminal has worked before",
            why="an empty one in its place would serve every meal again",
            cure=f"bring the file back; if it is lost: refectory replace --data {folder}",
        )
    return well("journal", f"none yet in {folder}: the first start makes it")


def _first_words(error: Exception) -> str:
    """Return what is wrong, without the cure that follows it."""
    return str(error).partition("; ")[0]


def check_identity(scene: Scene) -> Iterator[Finding]:
    """Yield whether this terminal is enrolled."""
    folder = scene.folder
    try:
        identity = load_identity(folder)
    except SyncError as error:
        cure = f"chmod 600 {identity_path(folder)}; if it is damaged, delete it and enrol again"
        yield failed("identity", str(error), why="the daemon will not start", cure=cure)
        return
    if identity is None:
        cure = f"refectory enrol --central URL --code CODE --data {folder}"
        why = "without its centre a terminal knows no pupil"
        yield failed("identity", "not enrolled", why=why, cure=cure)
        return
    yield well("identity", f"enrolled as {identity.terminal_name} at {identity.central_url}")


def identity_of(scene: Scene) -> Identity | None:
    """Return who the terminal is; None where that cannot be read."""
    try:
        return load_identity(scene.folder)
    except SyncError:
        return None


def check_copy(scene: Scene) -> Iterator[Finding]:
    """Yield whether the copy of the school's data is there, whole and young enough."""
    identity = identity_of(scene)
    school = None if identity is None else identity.school_id
    cure = "refectory sync now"
    why = "without it no badge is known"
    try:
        snapshot = Snapshot.open(scene.folder / COPY_NAME, school_id=school)
    except SnapshotMissingError:
        yield degraded("copy", "none fetched yet", why=why, cure=cure)
        return
    except OfflineCacheError as error:
        yield failed("copy", str(error), why=why, cure=cure)
        return
    with closing(snapshot):
        made_at = snapshot.meta.made_at
        pupils, orders = snapshot.counts(made_at.date())
        what = f"{pupils} pupils, {orders} meals that day, made at {made_at:%F %R} UTC"
        if scene.now - made_at > snapshot.meta.policy.snapshot_warn:
            why = "an old copy does not know blocked badges, and in the end sales stop"
            yield degraded("copy", what, why=why, cure=cure)
        else:
            yield well("copy", what)
