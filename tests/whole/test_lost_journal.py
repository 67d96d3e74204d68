"""A terminal whose journal is gone does not start with an empty one, and says what to do."""

import subprocess
import sys
from pathlib import Path

from real_day import real_day

from cli.demo_lunch import LunchTap
from cli.demo_services import DemoServices

PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"


def test_a_lost_journal_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    today = real_day()
    with DemoServices(tmp_path, seed=7, today=today, is_new=True) as services:
        services.wait_for_copy(60)
        services.tap(LunchTap(services.badges[0].credential, stays=False))
        services.wait_until_booked(60)
    modes = {path.name: path.stat().st_mode & 0o007 for path in tmp_path.iterdir()}
    assert {name: mode for name, mode in modes.items() if mode and "log" not in name} == {}
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    words = ["terminal", "--config", str(tmp_path / "terminal.toml")]
    started = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 1
    assert "the file is gone" in started.stderr
    assert "put the file back" in started.stderr
    assert started.stderr.count("\n") == 1
    assert not (tmp_path / "journal.db").exists()
