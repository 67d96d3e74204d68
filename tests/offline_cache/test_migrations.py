"""Files that older versions wrote stay readable, and become what this version writes."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from journal_rig import meal, record

from core.events import read_event
from offline_cache.integrity import verify
from offline_cache.journal import Journal, JournalReader
from offline_cache.migrations import STEPS
from offline_cache.schema import VERSION

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(params=range(1, VERSION))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A journal as a version before this one left it: 12 events, 8 of them acknowledged."""
    target = tmp_path / "journal.db"
    shutil.copy(SAMPLES / f"journal-v{request.param}.db", target)
    return target


def tables(path: Path) -> set[tuple[str, str]]:
    """Return what a file is made of, written without blanks."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT GLOB '*_sqlite_*'")
        return {(name, "".join(sql.split())) for name, sql in rows if not name.startswith("sqlite")}


def test_there_is_a_sample_and_a_step_for_every_version() -> None:
    assert {file.name for file in SAMPLES.iterdir()} == {
        f"journal-v{version}.db" for version in range(1, VERSION)
    }
    assert list(STEPS) == list(range(2, VERSION + 1))


def test_an_old_file_is_read_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    assert verify(old).is_good
    with closing(JournalReader.open(old)) as reader:
        events = [read_event(event.body) for event in reader.events()]
        assert [event.seq for event in events] == list(range(1, 13))
        assert reader.archived.seq == 0
    assert old.read_bytes() == before


def test_an_old_file_becomes_a_new_one(old: Path, tmp_path: Path) -> None:
    with closing(JournalReader.open(old)) as reader:
        events = list(reader.events())
    journal = Journal.open(old)
    assert list(journal.events()) == events
    assert journal.acknowledged == (1, 8)
    assert journal.marks() == {"snapshot_etag": '"abc"'}
    assert [job.state for job in journal.pending_jobs()][:2] == ["sending", "queued"]
    record(journal, meal(13))
    journal.prune((1, 8), folder=tmp_path / "archive")
    journal.close()
    assert verify(old).is_good
    Journal.open(tmp_path / "new.db").close()
    assert tables(old) == tables(tmp_path / "new.db")


def test_the_migrations_library_is_loaded_only_for_an_old_file(old: Path, tmp_path: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path; from offline_cache.journal import Journal\n"
        "found = []\n"
        "for name in sys.argv[1:]:\n"
        "    Journal.open(Path(name)).close(); found.append('sqlite_utils' in sys.modules)\n"
        "print(json.dumps(found))"
    )
    new = tmp_path / "new.db"
    command = [sys.executable, "-c", code, new, new, old, old]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [False, False, True, True]


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(db: object) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("power")

    monkeypatch.setitem(STEPS, 2, fail)
    before = tables(old)
    with pytest.raises(Exception, match="power"):
        Journal.open(old)
    assert tables(old) == before
