"""The demo from end to end, as ./run --headless plays it."""

import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from counter_inbox import eventually

from central.pages.passwords import is_password
from central.pages.users import stored_password
from central.store import open_store
from cli.output import EXIT_FAILED, EXIT_WELL
from cli.terminal_link import ask

HOUSE = Path(__file__).parents[2]
PROGRAM = "import sys, cli.main; sys.exit(cli.main.main(sys.argv[1:]))"
KEYS = [
    "taps",
    "collected",
    "sold",
    "refused",
    "duplicates_ignored",
    "receipts",
    "events",
    "acknowledged",
    "unsynced",
    "ledger_sum_cents",
    "tap_ms",
    "receipts_dir",
    "journal",
    "central_database",
]


def test_a_lunch_is_played_booked_and_printed(typed, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = ("demo", "--headless", "--taps", "30", "--seed", "7", "--json", "--data", folder)
    answer = typed(*words)
    assert (answer.code, answer.err) == (EXIT_WELL, "")
    summary = json.loads(answer.out)
    assert list(summary) == KEYS
    assert summary["taps"] == 30
    counts = ("collected", "sold", "refused", "duplicates_ignored")
    assert sum(summary[key] for key in counts) == 30
    assert all(summary[key] > 0 for key in counts)
    assert summary["receipts"] == summary["collected"] + summary["sold"]
    assert summary["receipts"] == len(list(Path(summary["receipts_dir"]).glob("*.png")))
    # Each tap but the repeats, and the start.
    assert summary["events"] == 30 - summary["duplicates_ignored"] + 1
    assert (summary["acknowledged"], summary["unsynced"]) == (summary["events"], 0)
    assert summary["ledger_sum_cents"] == 0
    assert typed("journal", "verify", summary["journal"]).code == EXIT_WELL


def test_a_visitor_is_told_how_to_reach_the_screen_and_the_office(tmp_path: Path) -> None:
    passwords = []
    for profile, became in (("till", "collected"), ("study", "entered")):
        with demo(tmp_path, "--profile", profile) as child:
            said = json.loads(child.stdout.readline())
            assert tapped(tmp_path) == became
            passwords.append(said["office_password"])
            office = http.client.HTTPConnection(urlsplit(said["centre"]).netloc, timeout=20)
            with closing(office):
                office.request("GET", "/office")
                assert office.getresponse().getheader("location") == "/sign-in?next=/office"
            with closing(open_store(str(tmp_path / "central.db"), may_create=False)) as store:
                with store.database.reading() as session:
                    stored = stored_password(session, said["office_user"])
                    children = session.rows(
                        "SELECT 1 FROM family_pupil WHERE user_name = ?", said["family_user"]
                    )
                    theirs = stored_password(session, said["family_user"])
                assert is_password(stored, passwords[-1])
                assert is_password(theirs, said["family_password"])
                assert len(children) == 2
    assert passwords[0] == passwords[1]
    for name in ("terminal.log", "central.log"):
        assert passwords[0] not in (tmp_path / name).read_text()


def tapped(folder: Path) -> str:
    """Tap the first badge of the demo; return what became of it."""
    eventually(
        lambda: ask(folder, "GET", "/v1/status")["copy_at"] is not None,
        "the terminal knows the school",
        within_s=60,
    )
    first = json.loads((folder / "demo.json").read_text())["badges"][0]
    body = {"value": first["value"], "technology": first["technology"], "stays": False}
    return str(ask(folder, "POST", "/v1/tap", body)["outcome"])


@contextmanager
def demo(folder: Path, *more: str) -> "Iterator[subprocess.Popen[str]]":
    words = [sys.executable, "-P", "-c", PROGRAM, "demo", "--json", "--data", str(folder), *more]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=HOUSE) as child:
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT)
            assert child.wait(60) == EXIT_WELL


def test_one_demo_a_folder(typed, tmp_path: Path) -> None:
    lock = os.open(tmp_path / "demo.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    typed("demo", "--data", tmp_path).expect_one_line(
        EXIT_FAILED, f"a demo runs in {tmp_path} already", "--data"
    )
    os.close(lock)
