"""What may leave the journal: nothing before the centre holds it and an archive is on the disk."""

import ast
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from canteen import NOON
from journal_rig import fact, meal, record

from offline_cache import retention
from offline_cache.errors import DiskBrokenError, DiskFullError, JournalError
from offline_cache.export import export_lines
from offline_cache.integrity import verify
from offline_cache.journal import Head, Journal, JournalReader

VERIFIER = Path(__file__).parents[2] / "docs" / "verify_journal.py"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def served(path: Path, count: int, *, acknowledged: int) -> Journal:
    """Return the open journal of a service of so many events, of which the centre holds some."""
    journal = Journal.open(path)
    for number in range(1, count + 1):
        record(journal, fact(number), with_job=True)
    journal.acknowledge((1, acknowledged), [(5, "accepted", "overdraft")])
    return journal


def check_by_itself(*files: Path) -> subprocess.CompletedProcess[str]:
    """Run the stand-alone verifier, where it finds nothing of this program."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def export(path: Path, target: Path) -> Path:
    with closing(JournalReader.open(path)) as reader:
        target.write_bytes(b"".join(line + b"\n" for line in export_lines(reader.events())))
    return target


# --- pruning --------------------------------------------------------------------------------------


def test_settled_events_go_into_an_archive_and_leave(path: Path, archives: Path) -> None:
    journal = served(path, 1000, acknowledged=900)
    events = list(journal.events())
    archive = journal.prune((1, 700), folder=archives)
    assert archive == archives / "journal-1-1-to-1-700.jsonl"
    assert list(journal.events()) == events[700:]
    assert journal.archived == Head(1, 700, events[699].hash)
    record(journal, meal(1001))
    journal.close()
    assert verify(path).is_good
    again = Journal.open(path)
    assert again.head.seq == 1001
    assert again.prune((1, 700), folder=archives) is None
    again.close()


def test_all_of_it_may_leave(path: Path, archives: Path) -> None:
    journal = served(path, 10, acknowledged=10)
    journal.prune((1, 10), folder=archives)
    journal.close()
    assert verify(path).is_good
    journal = Journal.open(path)
    assert journal.head.seq == 10
    record(journal, meal(11))
    journal.close()
    assert verify(path).events == 1


def test_what_the_centre_does_not_hold_stays(path: Path, archives: Path) -> None:
    journal = served(path, 10, acknowledged=6)
    with pytest.raises(JournalError, match=r"up to 1-6, not 1-7; wait"):
        journal.prune((1, 7), folder=archives)
    assert not archives.exists()
    record(journal, meal(11))
    journal.close()
    with closing(sqlite3.connect(path)) as db:
        with pytest.raises(sqlite3.IntegrityError, match="only what the centre holds"):
            db.execute("UPDATE archived SET seq = 7")
        db.execute("UPDATE archived SET seq = 6")
        with pytest.raises(sqlite3.IntegrityError, match="before it is archived"):
            db.execute("DELETE FROM event WHERE seq = 7")
        with pytest.raises(sqlite3.IntegrityError, match="only what the centre holds"):
            db.execute("UPDATE archived SET seq = 5")


def test_a_paper_that_still_waits_outlives_its_event(path: Path, archives: Path) -> None:
    journal = served(path, 10, acknowledged=10)
    jobs = [job.id for job in journal.pending_jobs()]
    for job in (*jobs[:3], *jobs[4:]):
        journal.job_state(job, "done", 0, NOON)
    journal.prune((1, 10), folder=archives)
    journal.close()
    again = Journal.open(path)
    assert [job.id for job in again.pending_jobs()] == [jobs[3]]
    again.close()


def test_a_large_journal_leaves_in_several_files(
    path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_EVENTS_A_FILE", 30)
    monkeypatch.setattr(retention, "_EVENTS_A_STEP", 7)
    journal = served(path, 100, acknowledged=100)
    files = []
    while (archive := journal.prune((1, 80), folder=archives)) is not None:
        files.append(archive)
    journal.close()
    assert [file.name for file in files] == [
        "journal-1-1-to-1-30.jsonl",
        "journal-1-31-to-1-60.jsonl",
        "journal-1-61-to-1-80.jsonl",
    ]
    done = check_by_itself(*files, export(path, path.with_name("rest.jsonl")))
    assert (done.returncode, done.stdout[:16]) == (0, "well: 100 events")


def test_a_disk_that_lies_keeps_the_events(
    path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = served(path, 10, acknowledged=10)
    monkeypatch.setattr(retention, "event_body", lambda _: b"other bytes")
    with pytest.raises(DiskBrokenError, match="nothing was removed"):
        journal.prune((1, 5), folder=archives)
    assert len(list(journal.events())) == 10
    journal.close()


def test_a_full_disk_keeps_the_events(
    path: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = served(path, 10, acknowledged=10)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFullError):
            journal.prune((1, 5), folder=archives)
    assert len(list(journal.events())) == 10
    journal.prune((1, 5), folder=archives)
    assert len(list(journal.events())) == 5
    journal.close()


# --- epochs ---------------------------------------------------------------------------------------


def test_a_restored_card_goes_on_in_the_next_epoch(path: Path) -> None:
    journal = served(path, 5, acknowledged=5)
    head = journal.head
    journal.start_epoch()
    assert journal.head == Head(2, 0, head.hash)
    journal.close()
    assert verify(path).is_good
    journal = Journal.open(path)
    (event,) = record(journal, meal(6))
    assert (event.epoch, event.seq, event.prev_hash) == (2, 1, head.hash)
    journal.acknowledge((2, 1))
    journal.close()
    assert verify(path).head == Head(2, 1, event.hash)
    assert check_by_itself(export(path, path.with_name("all.jsonl"))).returncode == 0


def test_a_new_card_begins_in_the_epoch_it_is_told(path: Path) -> None:
    journal = Journal.open(path)
    journal.start_epoch(4)
    with pytest.raises(AssertionError, match="only go on"):
        journal.start_epoch(4)
    record(journal, meal(1))
    journal.close()
    assert verify(path).is_good
    Journal.open(path).close()


# --- the stand-alone verifier ---------------------------------------------------------------------


def without_words(tree: ast.Module) -> ast.Module:
    """Return a program without its docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def test_it_needs_nothing_of_this_program_and_few_lines() -> None:
    lines = VERIFIER.read_text(encoding="utf-8").splitlines()
    imports = [line.split()[1] for line in lines if line.startswith(("import", "from"))]
    assert imports == ["hashlib", "json", "sys", "pathlib", "typing"]
    told = ast.unparse(without_words(ast.parse("\n".join(lines)))).splitlines()
    assert len([line for line in told if line]) <= 110


@pytest.mark.parametrize(
    ("line", "old", "new", "words"),
    [
        (4, b'"receipt":5', b'"receipt":6', "do not give its hash"),
        (4, b'"seq":5,"prev', b'"seq":6,"prev', "stands behind 1-4"),
        (4, b'"event":{', b'"event": {', "do not give its hash"),
        (0, b'"prev_hash":"00', b'"prev_hash":"01', "32 zero bytes"),
        (8, b'"events":8', b'"events":9', "counts 9"),
        (8, b'"seq":8', b'"seq":9', "another last event"),
        (3, b"{", b"[", "no JSON"),
        (3, b'"hash":', b'"hush":', "export format"),
    ],
)
def test_it_finds_what_was_changed(
    path: Path, line: int, old: bytes, new: bytes, words: str
) -> None:
    served(path, 8, acknowledged=0).close()
    file = export(path, path.with_name("all.jsonl"))
    lines = file.read_bytes().splitlines(keepends=True)
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    file.write_bytes(b"".join(lines))
    done = check_by_itself(file)
    assert done.returncode == 1
    assert words in done.stdout
    assert done.stderr == ""


def test_it_finds_what_is_missing_repeated_and_cut(path: Path) -> None:
    served(path, 8, acknowledged=0).close()
    file = export(path, path.with_name("all.jsonl"))
    lines = file.read_bytes().splitlines(keepends=True)
    for changed, words in (
        (lines[:3] + lines[4:], "stands behind 1-3"),
        (lines[:4] + lines[3:], "stands behind 1-4"),
        ([*lines[:3], lines[4], lines[3], *lines[5:]], "stands behind 1-3"),
        (lines[:-1], "cut short"),
        (lines[:-2] + lines[-1:], "counts 8"),
        ([*lines, lines[0]], "behind the end mark"),
    ):
        file.write_bytes(b"".join(changed))
        done = check_by_itself(file)
        assert done.returncode == 1
        assert words in done.stdout, words
