"""SIGKILL between any two states of the print spool: the real journal, a real emulated printer."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from printer_child import RECEIPTS, reference

from printer.emulator import Emulator
from printer.events import CutPaper, Line

CHILD = Path(__file__).parents[1] / "rigs" / "printer_child.py"
# The drawer's claim, then `sending` and its end for each receipt.
STEPS = range(1, 2 + 2 * RECEIPTS)


def run_child(folder: Path, url: str, step: int, edge: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-P", str(CHILD), str(folder), url, str(step), edge]
    roots = [str(CHILD.parent), str(CHILD.parents[2]), os.environ.get("PYTHONPATH", "")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, roots))}
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False, env=environ
    )


def papers(emulator: Emulator) -> list[list[str]]:
    """Return the finished papers, each as its lines."""
    finished: list[list[str]] = []
    lines: list[str] = []
    for event in emulator.printed().events:
        if isinstance(event, Line):
            lines.append(event.text)
        elif isinstance(event, CutPaper):
            finished.append(lines)
            lines = []
    return finished


@pytest.mark.parametrize("edge", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fence", ["id", "none"])
def test_a_kill_between_any_two_states(tmp_path: Path, fence: str, step: int, edge: str) -> None:
    emulator = Emulator()
    try:
        url = f"{emulator.listen()}?fence={fence}"
        killed = run_child(tmp_path, url, step, edge)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        ended = run_child(tmp_path, url, 0, edge)
        assert ended.returncode == 0, ended.stderr
        pending = json.loads(ended.stdout)
        emulator.wait_for(lambda out: out.kicks > 1, timeout_s=0.2)
        printed = emulator.printed()
        finished = papers(emulator)
    finally:
        emulator.close()

    assert printed.kicks <= 1
    for number in range(1, RECEIPTS + 1):
        mine = [paper for paper in finished if any(reference(number) in line for line in paper)]
        unmarked = [paper for paper in mine if not any("DUPLICATA" in line for line in paper)]
        assert len(unmarked) <= 1
        assert mine, "a receipt is lost"
    if fence == "none":
        assert [state for state, _reason in pending] == ["uncertain"] * RECEIPTS, "done, unproven"
    else:
        assert pending == []


def test_the_control_without_a_kill_each_receipt_comes_out_once(tmp_path: Path) -> None:
    emulator = Emulator()
    try:
        ended = run_child(tmp_path, f"{emulator.listen()}?fence=id", 0, "before")
        assert (ended.returncode, json.loads(ended.stdout)) == (0, [])
        assert len(papers(emulator)) == RECEIPTS
        assert emulator.printed().kicks == 1
    finally:
        emulator.close()
