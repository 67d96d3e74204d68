"""`refectory printer` as a technician uses it: words in, lines or JSON out, four exit codes."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from printer_rig import Emulate

from cli.output import CommandError
from cli.printer import register
from core.receipt import Receipt
from printer.base import Outcome, PrintJob
from printer.emulator import Faults
from printer.registry import open_printer


def run(*words: object) -> int:
    """Run one command as `cli.main` does."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["printer", *map(str, words)])
    code = parsed.run(parsed)
    assert isinstance(code, int)
    return code


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFECTORY_DATA", str(tmp_path))
    monkeypatch.setenv("REFECTORY_CONFIG", str(tmp_path / "terminal.toml"))
    (tmp_path / "terminal.toml").write_text("")
    return tmp_path


SERVICE = 4711


def last_object(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    read: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return read


def test_without_an_address_the_test_page_is_a_picture_in_the_data_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("test", "--json") == 0
    assert last_object(capsys)["outcome"] == "done"
    assert [path.suffix for path in sorted((folder / "receipts").iterdir())] == [".png", ".txt"]


def test_a_real_printer_is_asked_what_it_can_do_and_the_answer_is_kept(
    folder: Path, emulate: Emulate, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator = emulate()
    url = emulator.listen()
    folder.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        # A technician types it as root; the service reads what was found out.
        os.chown(folder, SERVICE, SERVICE)
    assert run("test", "--printer", url, "--json") == 0
    said = last_object(capsys)
    written = Path(str(said["profile"]))
    assert written.parent == folder / "printers"
    assert written.stat().st_uid == written.parent.stat().st_uid == folder.stat().st_uid
    assert json.loads(written.read_text())["fence"] == "id"
    assert any("Page de test" in line for line in emulator.printed().lines)


def test_a_printer_without_paper_fails_and_is_named(
    emulate: Emulate, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator = emulate()
    url = emulator.listen()
    emulator.take_paper()
    assert run("status", "--printer", url, "--json") == 1
    said = last_object(capsys)
    assert (said["is_paper_out"], said["troubles"]) == (True, ["paper_end"])
    assert run("status", "--printer", url) == 1
    assert "paper_end" in capsys.readouterr().out


def test_a_printer_that_proves_nothing_fails_the_test(
    emulate: Emulate, capsys: pytest.CaptureFixture[str]
) -> None:
    url = emulate(Faults(has_id_fence=False, has_status_fence=False)).listen()
    assert run("test", "--printer", url) == 1
    assert "cannot prove" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "cure"),
    [
        (["status", "--printer", "tpc://x"], 2, "did you mean tcp://"),
        (["status", "--printer", "tcp://x?fence=barbed"], 3, "docs/printer.md"),
        (["test", "--printer", "tcp://127.0.0.1:1"], 1, "cable and power"),
        (["emulate", "--listen", "nowhere"], 2, "HOST:PORT"),
        (["test", "--config", "/nonexistent/terminal.toml"], 3, "/nonexistent"),
    ],
    ids=["scheme", "field", "off", "listen", "settings"],
)
def test_what_is_wrong_is_one_line_and_the_right_code(
    words: list[str], code: int, cure: str
) -> None:
    with pytest.raises(CommandError, match=cure) as caught:
        run(*words)
    assert caught.value.exit_code == code
    assert "\n" not in str(caught.value)


def test_the_known_printers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("profiles") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("TM-T88V") and "CP858 (19)" in line for line in lines)
    assert run("profiles", "--json") == 0
    assert last_object(capsys)["name"] == "simple"


def test_the_gallery_is_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("gallery", folder / "gallery") == 0
    assert len(capsys.readouterr().out.splitlines()) == 88


def test_a_gallery_that_cannot_be_written_says_so(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(CommandError, match="file"):
        run("gallery", folder / "file" / "gallery")


EMULATE = """
import argparse, sys
from cli.printer import register
from core.receipt import Receipt
from printer.base import Outcome, PrintJob
parser = argparse.ArgumentParser()
register(parser.add_subparsers())
parsed = parser.parse_args(["printer", "emulate", *sys.argv[1:]])
sys.exit(parsed.run(parsed))
"""


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "text"])
def test_the_emulator_says_where_it_is_and_what_it_printed(sale: Receipt, *, is_json: bool) -> None:
    words = ["--listen", "127.0.0.1:0", "--seconds", "3", *(["--json"] if is_json else [])]
    with subprocess.Popen(
        [sys.executable, "-c", EMULATE, *words],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        url = json.loads(said)["printer"] if is_json else said.split(": ")[0]
        result = open_printer(f"{url}?fence=id").print_document(PrintJob("job", sale))
        assert result.outcome is Outcome.DONE
        assert "8,30 €" in running.stdout.read()
    assert running.returncode == 0
