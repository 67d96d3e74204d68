"""The demo from end to end, as ./run --headless plays it."""

import fcntl
import json
import os
from pathlib import Path

from cli.output import EXIT_FAILED, EXIT_WELL

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


def test_one_demo_a_folder(typed, tmp_path: Path) -> None:
    lock = os.open(tmp_path / "demo.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    typed("demo", "--data", tmp_path).expect_one_line(
        EXIT_FAILED, f"a demo runs in {tmp_path} already", "--data"
    )
    os.close(lock)
