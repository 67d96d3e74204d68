"""A run of tests that leaves a temporary folder says which one, and fails where that is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEAVES = """
import tempfile
def test_it(): tempfile.mkdtemp(prefix="forgotten-")
def test_other(): pass
"""
TIDIES = """
import tempfile
def test_it():
    with tempfile.TemporaryDirectory(): pass
"""
WORKERS = ("-p", "xdist", "-n", "1")


@pytest.mark.parametrize("workers", [(), WORKERS], ids=["alone", "in-a-worker"])
@pytest.mark.parametrize(
    ("source", "strict", "code"),
    [(LEAVES, "1", 1), (LEAVES, "0", 0), (TIDIES, "1", 0)],
    ids=["leaves", "may-leave", "tidies"],
)
def test_what_is_left_behind_is_told(
    tmp_path: Path, checkout: Path, source: str, strict: str, code: int, workers: tuple[str, ...]
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_one.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "own_temporary", *workers, "--basetemp=made"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(checkout / "tests/rigs"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "REFECTORY_LEAVE_NOTHING": strict,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("forgotten-" in done.stdout) is (source == LEAVES)


def test_the_tests_are_run_so(checkout: Path) -> None:
    assert "export REFECTORY_LEAVE_NOTHING=1" in (checkout / "test").read_text("utf-8").splitlines()
