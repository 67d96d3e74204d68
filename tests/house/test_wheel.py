"""What a wheel carries: every file of the packages and the unit files, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DATA = "refectory-0.1.0.data/data/share/refectory/"


@pytest.fixture(scope="module")
def listing(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=checkout,
        capture_output=True,
        timeout=60,
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_of(checkout: Path, folder: str) -> set[str]:
    return {
        str(path.relative_to(checkout))
        for path in (checkout / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_all_files_of_the_packages_travel(
    checkout: Path, roots: list[str], listing: set[str]
) -> None:
    # Templates, scripts, fonts, migrations and licences as well as modules.
    for root in roots:
        assert files_of(checkout, root) <= listing


def test_the_unit_files_travel(checkout: Path, listing: set[str]) -> None:
    units = {DATA + name for name in files_of(checkout, "systemd")}
    assert units <= listing


def test_nothing_else_travels(roots: list[str], listing: set[str]) -> None:
    tops = {name.split("/")[0] for name in listing}
    assert tops <= {*roots, "refectory-0.1.0.dist-info", "refectory-0.1.0.data"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in listing)


def test_a_file_that_stays_behind_is_found(checkout: Path, listing: set[str]) -> None:
    assert not files_of(checkout, "tests") <= listing
