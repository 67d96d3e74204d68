"""A run of tests that leaves a temporary folder fails, and says which one."""

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
@pytest.mark.parametrize(("source", "code"), [(LEAVES, 1), (TIDIES, 0)], ids=["leaves", "tidies"])
def test_what_is_left_behind_fails_the_run(
    tmp_path: Path, checkout: Path, source: str, code: int, workers: tuple[str, ...]
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
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert ("forgotten-" in done.stdout) is bool(code)
