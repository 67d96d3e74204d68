"""The disk and the files on it: full, read-only, open to others, held, foreign, gone."""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from journal_rig import filled
from root_rig import lacking, require_root

from offline_cache.lock import JournalLock, lock_holder
from terminal.disk_watch import FLOOR_BYTES, LOW_BYTES
from terminal.doctor.disk import check_space
from terminal.doctor.finding import Finding, Grade
from terminal.doctor.folder import check_folder, check_lock, check_modes
from terminal.doctor.journal import check_journal
from terminal.doctor.scene import Scene
from terminal.doctor.sync_speed import SyncSpeed, measure_syncs, sync_finding

NOON = datetime(2026, 11, 24, 11, 2, tzinfo=UTC)
MB = 1024 * 1024


def scene(folder: Path) -> Scene:
    return Scene(folder=folder, now=NOON, root=folder / "no-root")


def faults(found: Iterator[Finding]) -> list[Finding]:
    bad = [finding for finding in found if finding.grade is not Grade.WELL]
    assert all(finding.why and finding.cure for finding in bad)
    return bad


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system of its own."""
    require_root("mount")
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk-{len(places)}"
        place.mkdir(mode=0o700)
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if subprocess.run(words, check=False, capture_output=True, timeout=30).returncode:
            lacking("this machine mounts no tmpfs")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", str(place)], check=True, timeout=30)


def fill(folder: Path, leave: int) -> None:
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with (folder / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - leave)


def test_a_disk_that_fills_is_warned_of_red_at_the_floor_and_recovers(mounted) -> None:
    folder = mounted("size=300m,mode=0700")
    assert faults(check_space(scene(folder))) == []
    fill(folder, LOW_BYTES - MB)
    (early,) = faults(check_space(scene(folder)))
    assert early.grade is Grade.DEGRADED
    (folder / "filler").unlink()
    fill(folder, FLOOR_BYTES - MB)
    (late,) = faults(check_space(scene(folder)))
    assert late.grade is Grade.FAILED
    assert "7 MB free" in late.what
    (folder / "filler").unlink()
    assert faults(check_space(scene(folder))) == []


def test_a_disk_without_room_for_one_more_file(mounted) -> None:
    folder = mounted("size=300m,mode=0700,nr_inodes=50")
    (found,) = faults(check_space(scene(folder)))
    assert "files can still be made" in found.what


def test_a_read_only_mount_is_told_and_its_cure_helps(mounted) -> None:
    folder = mounted("size=300m,mode=0700")
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True, timeout=30)
    (found,) = faults(check_space(scene(folder)))
    assert (found.part, found.grade) == ("disk", Grade.FAILED)
    assert "read-only" in found.what
    cure = found.cure.rpartition("then: ")[2]
    assert cure == f"mount -o remount,rw {folder}"
    subprocess.run(cure.split(), check=True, timeout=30)
    assert faults(check_space(scene(folder))) == []


def test_modes_that_let_others_read_and_their_cure(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    folder.mkdir(mode=0o700)
    for name in ("identity.json", "snapshot.db", "web.key"):
        (folder / name).touch(mode=0o600)
    assert faults(check_folder(scene(folder))) == []
    assert faults(check_modes(scene(folder))) == []
    (folder / "identity.json").chmod(0o644)
    folder.chmod(0o750)
    (opened,) = faults(check_folder(scene(folder)))
    (readable,) = faults(check_modes(scene(folder)))
    for finding in (opened, readable):
        subprocess.run(finding.cure.split(), check=True, timeout=30)
    assert faults(check_folder(scene(folder))) == []
    assert faults(check_modes(scene(folder))) == []


def test_a_file_of_another_user_and_its_cure(tmp_path: Path) -> None:
    require_root("give a file away")
    folder = tmp_path / "till"
    folder.mkdir(mode=0o700)
    (folder / "snapshot.db").touch(mode=0o600)
    os.chown(folder / "snapshot.db", 65534, 65534)
    (found,) = faults(check_modes(scene(folder)))
    assert found.grade is Grade.FAILED
    subprocess.run(found.cure.split(), check=True, timeout=30)
    assert faults(check_modes(scene(folder))) == []


def test_a_process_that_holds_the_journal_and_does_not_answer(tmp_path: Path) -> None:
    journal = tmp_path / "journal.db"
    assert lock_holder(journal) is None
    lock = JournalLock.take(journal)
    assert lock_holder(journal) == os.getpid()
    (found,) = faults(check_lock(scene(tmp_path)))
    assert f"process {os.getpid()}" in found.what
    answered = Scene(folder=tmp_path, now=NOON, status={})
    assert list(check_lock(answered)) == []
    lock.release()
    assert list(check_lock(scene(tmp_path))) == []
    # Looking took no lock: whoever starts meanwhile is not refused.
    with (tmp_path / "journal.lock").open() as file:
        lock_holder(journal)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_journal_that_is_whole_damaged_or_foreign(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    filled(path, 400)
    assert faults(check_journal(scene(tmp_path))) == []
    whole = path.read_bytes()
    for name in ("journal.db-wal", "journal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    # A page from the middle of the events, gone as a worn block goes.
    middle = len(whole) // 8192 * 4096
    path.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])
    (found,) = faults(check_journal(scene(tmp_path)))
    assert found.what.startswith("damaged")
    assert "refectory journal rescue" in found.cure
    path.write_bytes(b"%PDF-1.7 a menu card" + bytes(8192))
    (found,) = faults(check_journal(scene(tmp_path)))
    assert "no database" in found.what
    assert found.cure.startswith("mv ")


def test_the_disk_is_measured_and_leaves_nothing(tmp_path: Path) -> None:
    reached: list[int] = []
    speed = measure_syncs(tmp_path, count=20, on_progress=reached.append)
    assert reached == list(range(1, 21))
    assert speed.count == 20
    assert 0 < speed.p50_us <= speed.p99_us <= speed.max_us
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("p99_us", "grade"),
    [(8_000, Grade.WELL), (140_000, Grade.DEGRADED), (1_200_000, Grade.FAILED)],
)
def test_what_a_measurement_means(p99_us: int, grade: Grade) -> None:
    found = sync_finding(SyncSpeed(count=500, p50_us=3_000, p99_us=p99_us, max_us=p99_us))
    assert found.grade is grade
    assert f"99 % within {p99_us // 1000}.0 ms" in found.what
