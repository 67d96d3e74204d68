"""`./run` and `./test` as a person starts them: from anywhere, twice, and on a machine that fails.

The whole way on a bare machine takes minutes and needs a network; here a copy of the scripts meets
a prepared or a broken environment.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

STUB = '#!/bin/sh\necho "words: $*; data: $REFECTORY_DATA; path: $PYTHONPATH"\n'


@pytest.fixture
def copy(checkout: Path, tmp_path: Path) -> Path:
    """A checkout with a space in its name, holding what the scripts need."""
    folder = tmp_path / "a checkout"
    (folder / "packaging").mkdir(parents=True)
    for name in ("run", "test", "packaging/bootstrap", "packaging/tests-twice", "pyproject.toml"):
        shutil.copy(checkout / name, folder / name)
    shutil.copytree(checkout / "requirements", folder / "requirements")
    return folder


@pytest.fixture
def ready(copy: Path) -> Path:
    """The same, set up: with a stand-in for the command."""
    (copy / ".venv/bin").mkdir(parents=True)
    command = copy / ".venv/bin/refectory"
    command.write_text(STUB, encoding="utf-8")
    command.chmod(0o755)
    script = (
        f'. packaging/bootstrap; checkout="{copy}"; venv=$checkout/.venv; LEFT_OUT=();'
        "level=run; stamp=$venv/.refectory-run; wanted_parts=(nfc pcsc wedge); find_python;"
        "write_stamp"
    )
    subprocess.run(["bash", "-c", script], cwd=copy, check=True, timeout=30)
    return copy


def start(command: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command, *words],
        cwd="/",
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_run_passes_its_words_and_says_nothing_else(ready: Path) -> None:
    done = start(ready / "run", "--taps", "5 5", REFECTORY_DATA="")
    assert done.stdout == f"words: demo --taps 5 5; data: {ready}/demo-data; path: \n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_run_works_through_a_link_from_another_folder(ready: Path, tmp_path: Path) -> None:
    link = tmp_path / "somewhere" / "go"
    link.parent.mkdir()
    link.symlink_to(os.path.relpath(ready / "run", link.parent))
    assert "words: demo;" in start(link).stdout


def test_run_keeps_the_folder_that_was_asked_for(ready: Path) -> None:
    assert "data: /elsewhere;" in start(ready / "run", REFECTORY_DATA="/elsewhere").stdout


def test_a_foreign_python_path_is_kept_out(ready: Path, tmp_path: Path) -> None:
    # It could hold another `config`, and would go before ours.
    assert start(ready / "run", PYTHONPATH=str(tmp_path)).stdout.endswith("path: \n")


def test_the_second_start_sets_nothing_up(ready: Path) -> None:
    assert "setting up" not in start(ready / "run").stderr


def test_a_changed_lock_file_is_noticed(ready: Path) -> None:
    with (ready / "requirements/base.txt").open("a", encoding="utf-8") as lock:
        lock.write("\n")
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    assert "setting up in .venv" in start(ready / "run", **offline).stderr


def test_an_old_python_is_told_in_one_line(copy: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("dirname", "readlink", "env"):
        (programs / name).symlink_to(str(shutil.which(name)))
    (programs / "bash").symlink_to(str(shutil.which("bash")))
    (programs / "python3").write_text("#!/bin/sh\necho 3.9\n", encoding="utf-8")
    (programs / "python3").chmod(0o755)
    done = start(copy / "run", PATH=str(programs))
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "needs Python 3.11 or newer" in line
    assert "3.9" in line


def test_an_index_that_does_not_answer_is_told_with_the_cure(copy: Path) -> None:
    done = start(
        copy / "run",
        "--headless",
        "--json",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_FIND_LINKS="",
        PIP_EXTRA_INDEX_URL="",
        PIP_RETRIES="0",
    )
    assert done.returncode == 1
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert "check the network" in last
    assert str(copy / ".venv/setup.log") in last


def test_the_test_command_is_what_ci_runs(checkout: Path) -> None:
    lines = (checkout / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[-1].endswith("./test")


def test_the_scripts_are_programs(checkout: Path) -> None:
    for name in ("run", "test", ".ci/run", "packaging/lock"):
        assert os.access(checkout / name, os.X_OK), name
        subprocess.run(["bash", "-n", checkout / name], check=True, timeout=10)
