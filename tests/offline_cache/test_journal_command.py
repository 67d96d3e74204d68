"""`refectory journal`: what a technician types, while the till runs or from a copy of its card."""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from journal_rig import filled, meal, record
from root_rig import lacking, require_root

from cli import journal as command
from cli.output import EXIT_FAILED, EXIT_NOT_CONFIGURED, EXIT_USAGE, EXIT_WELL, CommandError
from core.chain import link
from offline_cache.journal import Journal


class Shell:
    """The command's part of `refectory`, run in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def run(self, *words: object) -> tuple[int, str, str]:
        """Return the exit code, the output and the complaint."""
        parser = argparse.ArgumentParser(prog="refectory")
        command.register(parser.add_subparsers())
        try:
            parsed = parser.parse_args(["journal", *map(str, words)])
            code = parsed.run(parsed)
            complaint = ""
        except CommandError as error:
            code, complaint = error.exit_code, str(error)
        except SystemExit as error:
            code, complaint = int(str(error.code)), ""
        sys.stdout.flush()
        out, err = self._capfd.readouterr()
        return code, out, complaint + err


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    filled(tmp_path / "journal.db", 5)
    return tmp_path


def test_a_good_journal_is_said_to_be_well(shell: Shell, folder: Path) -> None:
    code, out, err = shell.run("verify", "--data", folder)
    assert (code, err) == (EXIT_WELL, "")
    assert "well; 5 events up to 1-5" in out
    assert out.count("\n") == 1


def test_the_folder_comes_from_the_environment(
    shell: Shell, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFECTORY_DATA", str(folder))
    code, out, _ = shell.run("verify", "--json")
    assert code == EXIT_WELL
    assert json.loads(out) | {"head": None} == {
        "file": str(folder / "journal.db"),
        "ok": True,
        "events": 5,
        "head": None,
        "acknowledged": {"epoch": 0, "seq": 0},
        "fault": None,
    }


def test_an_empty_journal_is_well(shell: Shell, tmp_path: Path) -> None:
    Journal.open(tmp_path / "journal.db").close()
    assert "no event yet" in shell.run("verify", tmp_path / "journal.db")[1]


def test_a_changed_event_is_named_in_one_line(shell: Shell, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET kind = 'sale.made' WHERE seq = 3")
    code, out, err = shell.run("verify", "--data", folder)
    assert (code, out) == (EXIT_FAILED, "")
    assert "event 1-3: the column kind" in err
    assert err.count("\n") == 1
    code, out, _ = shell.run("verify", "--data", folder, "--json")
    assert code == EXIT_FAILED
    assert json.loads(out)["events"] == 2


@pytest.mark.parametrize("action", ["verify", "show", "export"])
def test_what_is_no_journal_is_one_line_and_a_code(
    shell: Shell, tmp_path: Path, action: str
) -> None:
    code, _, err = shell.run(action, "--data", tmp_path)
    assert code == EXIT_NOT_CONFIGURED
    assert "start the terminal once" in err
    (tmp_path / "journal.db").write_text("hello " * 300, encoding="utf-8")
    code, _, err = shell.run(action, "--data", tmp_path)
    assert code == EXIT_FAILED
    assert "no database" in err
    (tmp_path / "journal.db").unlink()
    (tmp_path / "journal.db").mkdir()
    assert shell.run(action, "--data", tmp_path)[0] == EXIT_NOT_CONFIGURED


def test_events_are_shown_one_on_a_line(shell: Shell, folder: Path) -> None:
    code, out, _ = shell.run("show", "--data", folder, "--after", "1-1", "--limit", "2")
    lines = out.splitlines()
    assert code == EXIT_WELL
    assert [line.split("  ")[0] for line in lines] == ["1-2", "1-3"]
    assert 'meal.collected  assurance=1 badge="' in lines[0]
    _, out, _ = shell.run("show", "--data", folder, "--json", "--limit", "1")
    assert json.loads(out)["kind"] == "sale.made"


@pytest.mark.parametrize("words", [["--after", "5"], ["--after", "1-x"], ["--limit", "-1"]])
def test_a_place_that_is_none_is_wrong_usage(shell: Shell, folder: Path, words: list[str]) -> None:
    assert shell.run("show", "--data", folder, *words)[0] == EXIT_USAGE


def test_damaged_bytes_are_no_traceback(shell: Shell, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = x'ff' WHERE seq = 2")
    code, _, err = shell.run("show", "--data", folder)
    assert code == EXIT_FAILED
    assert "event 1-2 cannot be read" in err


def test_an_export_holds_the_very_bytes(shell: Shell, folder: Path) -> None:
    code, out, _ = shell.run("export", "--data", folder)
    *lines, end = out.splitlines()
    assert code == EXIT_WELL
    assert json.loads(end)["end"]["events"] == 5
    for line in lines:
        told = json.loads(line)
        body = line[line.index('"event":') + 8 : -1].encode()
        assert link(bytes.fromhex(told["prev_hash"]), body).hex() == told["hash"]


def test_all_of_it_works_beside_the_running_till(shell: Shell, tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    for number in range(1, 4):
        record(journal, meal(number))
        assert f"{number} events" in shell.run("verify", "--data", tmp_path)[1]
        assert len(shell.run("show", "--data", tmp_path)[1].splitlines()) == number
    journal.close()


@pytest.mark.parametrize("is_closed", [True, False])
def test_it_works_on_a_read_only_card(shell: Shell, tmp_path: Path, *, is_closed: bool) -> None:
    require_root("mount a copy read-only")
    card, place = tmp_path / "card", tmp_path / "mounted"
    card.mkdir()
    place.mkdir()
    journal = Journal.open(tmp_path / "journal.db")
    for number in range(1, 6):
        record(journal, meal(number))
    if is_closed:
        journal.close()
    for name in ("journal.db", "journal.db-wal"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, card / name)
    journal.close()
    mounted = subprocess.run(["mount", "--bind", card, place], check=False, capture_output=True)
    if mounted.returncode != 0:
        lacking("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True, timeout=10)
        assert "5 events up to 1-5" in shell.run("verify", "--data", place)[1]
        assert len(shell.run("export", "--data", place)[1].splitlines()) == 6
    finally:
        subprocess.run(["umount", place], check=True, timeout=10)
