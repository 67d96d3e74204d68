"""Copies of the journal: whole, checked, few, and never instead of a good one."""

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import filled, meal, record

from cli.main import main
from offline_cache.backup import back_up
from offline_cache.errors import (
    DiskBrokenError,
    DiskFullError,
    JournalCorruptError,
    JournalMissingError,
)
from offline_cache.integrity import verify
from offline_cache.journal import Journal

COUNT = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    filled(path, COUNT)
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    stick.mkdir()
    return stick


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_is_whole_and_for_its_owner_alone(path: Path, stick: Path) -> None:
    made = back_up(path, stick, at=NOON, keep=3)
    assert (made.report.events, made.removed) == (COUNT, 0)
    assert verify(made.path).head == verify(path).head
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    # One file: neither a log nor an unfinished one beside it.
    assert names(stick) == [made.path.name]


def test_a_copy_holds_what_the_running_till_has_just_written(path: Path, stick: Path) -> None:
    with closing(Journal.open(path)) as journal:
        record(journal, meal(99))
        made = back_up(path, stick, at=NOON, keep=3)
        assert made.report.events == COUNT + 1
        record(journal, meal(98))
    assert verify(made.path).events == COUNT + 1


def test_the_oldest_copies_go_once_a_newer_one_is_safe(path: Path, stick: Path) -> None:
    (stick / "holiday.jpg").touch()
    made = [back_up(path, stick, at=NOON + timedelta(hours=n), keep=2) for n in range(4)]
    assert [copy.removed for copy in made] == [0, 0, 1, 1]
    assert names(stick) == ["holiday.jpg", made[2].path.name, made[3].path.name]


def test_a_damaged_journal_replaces_no_copy(path: Path, stick: Path) -> None:
    good = back_up(path, stick, at=NOON, keep=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(
            "DROP TRIGGER event_is_never_changed;"
            "UPDATE event SET body = x'00' WHERE position % 7 = 0"
        )
    with pytest.raises(JournalCorruptError, match="older copies"):
        back_up(path, stick, at=NOON + timedelta(hours=1), keep=1)
    assert good.path.exists()
    assert verify(good.path).is_good


def test_without_a_journal_nothing_is_made(tmp_path: Path, stick: Path) -> None:
    with pytest.raises(JournalMissingError):
        back_up(tmp_path / "journal.db", stick, at=NOON, keep=1)
    assert names(stick) == []


def test_a_folder_that_is_gone_is_told_in_one_line(path: Path, tmp_path: Path) -> None:
    with pytest.raises(DiskBrokenError, match="is the stick there"):
        back_up(path, tmp_path / "nowhere", at=NOON, keep=1)


def test_a_stick_without_room_is_told(
    path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(target: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(target, isolation_level=None)
        connection.execute("PRAGMA max_page_count=2")
        return connection

    monkeypatch.setattr("offline_cache.backup.connect_writer", full)
    with pytest.raises(DiskFullError, match="larger stick"):
        back_up(path, stick, at=NOON, keep=1)
    assert [name for name in names(stick) if name.startswith("journal-")] == []


def test_the_command_says_what_it_made(
    path: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(stick), "--data", str(path.parent)]) == 0
    assert f"{COUNT} events, whole up to 1-{COUNT}" in capsys.readouterr().out
    assert main(["backup", str(stick), "--data", str(stick)]) == 3
    assert main(["backup", str(path), "--data", str(path.parent)]) == 1
    with pytest.raises(SystemExit):
        main(["backup", str(stick), "--keep", "0"])
