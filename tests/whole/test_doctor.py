"""The doctor names each fault of a real terminal's folder, and what it advises helps."""

import json
import shutil
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from real_day import real_day

from cli.demo_services import DemoServices
from cli.main import main
from terminal.clock import SystemClock
from terminal.doctor.examination import examine as examine_scene
from terminal.doctor.finding import Finding, Grade
from terminal.doctor.scene import Scene

NOW = SystemClock().now()
# What this machine has or lacks is no fault of a terminal: the root of a machine without devices.
BARE = Path(__file__).parent / "no-such-root"
RUNNING = ("daemon", "reader", "printer", "network", "queue")


def examine(folder: Path, *, status: dict | None, now: datetime) -> tuple[Finding, ...]:
    scene = Scene(folder=folder, now=now, status=status, root=BARE)
    return tuple(one for one in examine_scene(scene) if one.part not in ("clock", "packages"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which two pupils were served; its services have stopped."""
    folder = tmp_path_factory.mktemp("served")
    with DemoServices(folder, seed=7, today=real_day(), is_new=True) as services:
        from cli.demo_lunch import LunchTap

        services.wait_for_copy(60)
        for badge in services.badges[:2]:
            services.tap(LunchTap(badge.credential, stays=False))
        services.wait_until_booked(60)
        running = examine(folder, status=services.status(), now=NOW)
    assert {one.grade for one in running if one.part != "screen"} == {Grade.WELL}, running
    assert next(one.what for one in running if one.part == "screen").startswith("no screen shows")
    return folder


@pytest.fixture
def folder(served: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(served, tmp_path / "terminal"))


def worst(folder: Path, part: str, **status: object) -> tuple[Grade, str]:
    findings = examine(folder, status=status or None, now=NOW + timedelta(minutes=1))
    (finding,) = (one for one in findings if one.part == part)
    if finding.grade is not Grade.WELL:
        assert finding.why
        assert finding.cure
    return finding.grade, finding.what


def test_a_terminal_that_does_not_run_serves_nobody(folder: Path) -> None:
    assert worst(folder, "daemon")[0] is Grade.FAILED
    assert worst(folder, "journal")[0] is Grade.WELL


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = examine(tmp_path / "gone", status=None, now=NOW)
    assert finding.grade is Grade.FAILED
    assert "enrol" in finding.cure


def test_a_folder_open_to_others_is_mended_by_its_cure(folder: Path) -> None:
    folder.chmod(0o755)
    assert worst(folder, "folder")[0] is Grade.DEGRADED
    folder.chmod(0o700)
    assert worst(folder, "folder")[0] is Grade.WELL


def test_one_flipped_bit_in_the_journal(folder: Path) -> None:
    journal = sqlite3.connect(folder / "journal.db")
    triggers = [
        row[0] for row in journal.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
    ]
    for name in triggers:
        journal.execute(f"DROP TRIGGER {name}")
    (body,) = journal.execute("SELECT body FROM event WHERE seq = 2").fetchone()
    flipped = bytes([body[0] ^ 1]) + body[1:]
    journal.execute("UPDATE event SET body = ? WHERE seq = 2", (flipped,))
    journal.commit()
    journal.close()
    grade, what = worst(folder, "journal")
    assert grade is Grade.FAILED
    assert "1-2" in what


def test_a_journal_that_is_gone_is_told_from_one_that_never_was(folder: Path) -> None:
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
    assert worst(folder, "journal")[0] is Grade.FAILED
    (folder / "snapshot.db").unlink()
    assert worst(folder, "journal")[0] is Grade.WELL


def test_a_journal_that_is_none(folder: Path) -> None:
    for name in ("journal.db-wal", "journal.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "journal.db").write_bytes(b"SQLite format 3\0" + bytes(4096))
    assert worst(folder, "journal")[0] is Grade.FAILED


def test_a_copy_that_is_missing_damaged_or_old(folder: Path) -> None:
    later = examine(folder, status=None, now=NOW + timedelta(days=3))
    (old,) = (finding for finding in later if finding.part == "copy")
    assert old.grade is Grade.DEGRADED
    (folder / "snapshot.db").write_bytes(b"not a database at all, and long enough" * 40)
    assert worst(folder, "copy")[0] is Grade.FAILED
    (folder / "snapshot.db").unlink()
    assert worst(folder, "copy")[0] is Grade.DEGRADED


def test_an_identity_that_others_may_read_or_that_is_missing(folder: Path) -> None:
    identity = folder / "identity.json"
    identity.chmod(0o644)
    grade, what = worst(folder, "identity")
    assert grade is Grade.FAILED
    assert "chmod 600" in what
    identity.unlink()
    assert worst(folder, "identity") == (Grade.FAILED, "not enrolled")


def test_what_the_running_terminal_says_is_graded(folder: Path) -> None:
    status: dict = {
        "till": "red",
        "alarm": {"text": "disk full"},
        "readers": [{"name": "counter", "state": "unplugged", "detail": "plug it in"}],
        "printer": {"state": "paper_end", "detail": "put paper in", "waiting": 3},
        "network": {
            "up": {"state": "stopped", "detail": "approve at the centre"},
            "down": {"state": "offline", "detail": "no route"},
        },
        "queue": {"count": 12},
    }
    findings = examine(folder, status=status, now=NOW)
    graded = [(one.part, one.grade) for one in findings if one.part in RUNNING]
    assert graded == [
        ("daemon", Grade.FAILED),
        ("reader", Grade.FAILED),
        ("printer", Grade.DEGRADED),
        ("network", Grade.FAILED),
        ("network", Grade.DEGRADED),
        ("queue", Grade.WELL),
    ]


def test_the_command_says_it_in_lines_and_in_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data", str(folder)]) == 1
    text = capsys.readouterr().out
    assert "FAIL  daemon" in text
    assert text.endswith("NOT ready to serve\n")
    assert main(["doctor", "--data", str(folder), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["is_ready"] is False
    assert {"part", "grade", "what", "why", "cure"} == set(said["findings"][0])
