"""A receipt once more, the whole way: command line, socket, journal, paper, and the centre."""

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from real_day import real_day

from cli.demo_lunch import LunchTap
from cli.demo_services import DemoServices
from cli.main import main

PATIENCE_ROUNDS = 600


def wait_for_papers(folder: Path, count: int) -> list[str]:
    """Return the texts of the receipts, the oldest first, once there are so many."""
    pause = threading.Event()
    for _ in range(PATIENCE_ROUNDS):
        texts = sorted(folder.glob("receipts/*.txt"), key=lambda path: path.stat().st_mtime_ns)
        if len(texts) >= count:
            return [path.read_text(encoding="utf-8") for path in texts]
        pause.wait(0.05)
    return pytest.fail("the papers do not come")


def test_the_last_receipt_is_printed_again_and_the_centre_hears_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = DemoServices(tmp_path, seed=7, today=real_day(), is_new=True)
    with services:
        services.wait_for_copy(60)
        assert main(["printer", "reprint", "--data", str(tmp_path)]) == 1
        assert "no receipt of the last seven days" in capsys.readouterr().err
        assert (
            services.tap(LunchTap(services.badges[0].credential, stays=False))["outcome"]
            == "collected"
        )
        wait_for_papers(tmp_path, 1)
        assert main(["printer", "reprint", "--data", str(tmp_path), "--json"]) == 0
        made = json.loads(capsys.readouterr().out)
        assert main(["printer", "reprint", str(made["document"]), "--data", str(tmp_path)]) == 0
        assert "printed again as DUPLICATA 2" in capsys.readouterr().out
        papers = wait_for_papers(tmp_path, 3)
        services.wait_until_booked(60)

    assert [f"DUPLICATA {n}" in paper for n, paper in enumerate(papers)] == [False, True, True]
    with closing(sqlite3.connect(tmp_path / "central.db")) as books:
        kinds = [kind for (kind,) in books.execute("SELECT kind FROM event ORDER BY place")]
        (legs,) = books.execute(
            "SELECT COUNT(*) FROM leg WHERE booking_id IN"
            " (SELECT id FROM event WHERE kind = 'receipt.reprinted')"
        ).fetchone()
    assert kinds == ["terminal.started", "meal.collected"] + ["receipt.reprinted"] * 2
    assert legs == 0
