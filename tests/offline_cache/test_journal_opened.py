"""A journal is opened: its lock, and files that are not what they should be."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from journal_rig import filled, meal, raw, record

from offline_cache.errors import (
    ForeignFileError,
    JournalCorruptError,
    JournalError,
    JournalLockedError,
    JournalMissingError,
)
from offline_cache.journal import Journal, JournalReader
from offline_cache.schema import READABLE_BY_MARK, VERSION

JOB = "INSERT INTO tail (job, kind, body, epoch, seq, state, attempt, at) VALUES "


# --- whose it is ----------------------------------------------------------------------------------


def test_a_second_daemon_is_turned_away_and_told_by_whom(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalLockedError, match=f"process {os.getpid()}.*systemctl stop") as told:
        Journal.open(path)
    assert "\n" not in str(told.value)


def test_a_daemon_that_died_leaves_no_lock_behind(path: Path) -> None:
    code = (
        "import os, sys, pathlib; from offline_cache.journal import Journal;"
        "Journal.open(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], timeout=30, check=False)
    assert done.returncode == -9
    Journal.open(path).close()


# --- files that are not what they should be -------------------------------------------------------


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("shopping list\n" * 100, encoding="utf-8")
    with pytest.raises(ForeignFileError, match=r"no database.*--data"):
        Journal.open(path)
    assert path.read_text(encoding="utf-8").startswith("shopping list")
    with pytest.raises(ForeignFileError):
        JournalReader.open(path)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with closing(raw(path)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(ForeignFileError, match="another program"):
        Journal.open(path)
    with pytest.raises(ForeignFileError, match="no journal"):
        JournalReader.open(path)
    assert path.read_bytes() == before


def test_a_newer_journal_asks_for_the_newer_program(path: Path) -> None:
    filled(path, 1)
    with closing(raw(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ForeignFileError, match=r"version 99.*install"):
        Journal.open(path)


def test_a_newer_journal_that_only_grew_is_gone_on_with(path: Path) -> None:
    """The way back after an update: what was added is left alone."""
    filled(path, 1)

    def say(oldest: str) -> None:
        with closing(raw(path)) as db:
            db.execute("PRAGMA user_version = 99")
            put = "INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)"
            db.execute(put, (READABLE_BY_MARK, oldest))

    say(str(VERSION))
    filled(path, 2)
    with closing(raw(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (99,)
    for oldest in (str(VERSION + 1), "nonsense"):
        say(oldest)
        with pytest.raises(ForeignFileError, match=r"version 99.*install"):
            Journal.open(path)


def test_an_event_of_a_newer_program_is_named(path: Path) -> None:
    filled(path, 2)
    with closing(raw(path)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET kind = 'tea.poured' WHERE seq = 2")
    with (
        closing(JournalReader.open(path)) as reader,
        pytest.raises(ForeignFileError, match=r"1-2 .*'tea.poured'.*install"),
    ):
        list(reader.events())


def test_a_column_of_another_type_is_damage(path: Path) -> None:
    filled(path, 2)
    with closing(raw(path)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = 'text' WHERE seq = 2")
    with (
        closing(JournalReader.open(path)) as reader,
        pytest.raises(JournalCorruptError, match="behind 1-1"),
    ):
        list(reader.events())


def test_a_torn_page_is_named_with_the_cure(path: Path) -> None:
    filled(path, 30)
    content = bytearray(path.read_bytes())
    content[1024:] = bytes(len(content) - 1024)
    path.write_bytes(content)
    with pytest.raises(JournalCorruptError, match="journal verify"):
        Journal.open(path)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM tail WHERE seq = 3",
        "UPDATE tail SET hash = zeroblob(32) WHERE seq = 3",
        "UPDATE tail SET epoch = 0 WHERE seq = 3",
        "UPDATE tail SET hash = 'text' WHERE seq = 3",
        "DELETE FROM tail",
        "DELETE FROM acknowledged",
        "UPDATE acknowledged SET seq = 'x'",
        JOB + "('j', 'k', 'text', 1, 1, 'queued', 0, '2026')",
        JOB + "('j', 'k', x'00', 1, 1, 'queued', 0, 'noon')",
        JOB + "('j', NULL, NULL, NULL, NULL, 'queued', 0, 'noon')",
        "DROP TRIGGER event_is_never_deleted; DELETE FROM event WHERE seq = 3",
    ],
)
def test_damage_is_found_when_it_is_opened(path: Path, damage: str) -> None:
    filled(path, 3)
    with closing(raw(path)) as db:
        db.executescript(damage)
    with pytest.raises(JournalCorruptError, match=r"is damaged|head mark says"):
        Journal.open(path)


def test_a_journal_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(JournalMissingError, match="--data"):
        JournalReader.open(path)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"no folder .*missing; create it"):
        Journal.open(tmp_path / "missing" / "journal.db")
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="is no folder"):
        Journal.open(tmp_path / "file" / "journal.db")


def test_an_unfinished_creation_is_finished(path: Path) -> None:
    path.touch()
    journal = Journal.open(path)
    record(journal, meal(1))
    journal.close()
    with closing(raw(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    Journal.open(path).close()


def test_a_lost_journal_is_not_replaced_by_an_empty_one(path: Path) -> None:
    filled(path, 2)
    Journal.open(path, may_create=False).close()
    path.unlink()
    with pytest.raises(JournalMissingError, match="put the file back"):
        Journal.open(path, may_create=False)
    assert not path.exists()
