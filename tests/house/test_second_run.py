"""What `./test` says of a test that failed beside others: run again alone, and never lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = "--- passed alone only: 1"
AGAIN = "once more, alone"
# What the script's own words need; the others would be loaded eight times for nothing.
PLUGINS = ("-p", "xdist", "-p", "pytest_cov")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of its own settings, so that the tests in it are not this project's."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, checkout: Path, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_one.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [checkout / "packaging/tests-twice", sys.executable, *PLUGINS, "--cov=."],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_passes_alone_is_told_and_passes(folder: Path, checkout: Path) -> None:
    once = """
from pathlib import Path
def test_busy():
    mark = Path("mark")
    first = not mark.exists()
    mark.touch()
    assert not first
def test_other(): pass
"""
    done = run(folder, checkout, once)
    assert done.returncode == 0, done.stdout
    assert AGAIN in done.stdout
    assert ALONE in done.stdout


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("def test_it(): assert False", 2),
        ("import pytest\n@pytest.mark.parametrize('n', range(4))\ndef test_it(n): assert n < 0", 1),
        ("import nothing_of_this_name", 1),
    ],
    ids=["fails-alone", "too-many", "does-not-load"],
)
def test_a_defect_stays_one(folder: Path, checkout: Path, source: str, runs: int) -> None:
    done = run(folder, checkout, source)
    assert done.returncode != 0
    assert done.stdout.count(AGAIN) == runs - 1
    assert ALONE not in done.stdout
