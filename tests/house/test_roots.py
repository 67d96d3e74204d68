"""The packages that exist are those that are built, typed, linted, covered and layered."""

import subprocess
import sys
from pathlib import Path

# Folders that hold Python files and are no packages of the product.
NO_PACKAGES = {"tests", "benchmarks", "docs", "packaging"}


def packages_in(folder: Path) -> set[str]:
    """Return the folders that Python would import from here, by their own Python files."""
    return {
        found.relative_to(folder).parts[0]
        for found in folder.glob("[a-z]*/**/*.py")
        if found.relative_to(folder).parts[0] not in NO_PACKAGES
    }


def test_the_wheel_holds_the_packages_that_exist(checkout: Path, roots: list[str]) -> None:
    assert set(roots) == packages_in(checkout)


def test_every_tool_sees_the_same_packages(project: dict, roots: list[str]) -> None:
    tools = project["tool"]
    assert set(tools["mypy"]["packages"]) == set(roots)
    assert set(tools["coverage"]["run"]["source"]) == set(roots)
    assert set(tools["importlinter"]["root_packages"]) == set(roots)


def test_each_contract_on_one_home_names_all_other_packages(
    project: dict, roots: list[str]
) -> None:
    for contract in project["tool"]["importlinter"]["contracts"]:
        if contract["id"].startswith("home-of-"):
            homes = contract["name"].split(" live")[1].removeprefix("s").removeprefix(" in ")
            assert set(contract["source_modules"]) | set(homes.split(" and ")) == set(roots)


def test_every_package_is_one_and_typed(checkout: Path, roots: list[str]) -> None:
    for root in roots:
        assert (checkout / root / "__init__.py").is_file()
        assert (checkout / root / "py.typed").is_file()


def test_folders_that_would_shadow_others_are_no_packages(checkout: Path) -> None:
    # systemd/ would hide python-systemd, tests/ would meet the one that python-barcode installs.
    for folder in ("systemd", "tests", "docs", "packaging"):
        assert not (checkout / folder / "__init__.py").exists()


def test_a_forgotten_package_is_found(tmp_path: Path) -> None:
    (tmp_path / "lodger").mkdir()
    (tmp_path / "lodger" / "room.py").touch()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").touch()
    assert packages_in(tmp_path) == {"lodger"}


def test_every_module_can_be_imported(checkout: Path, roots: list[str]) -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        "for root in sys.argv[1:]:\n"
        "    package = importlib.import_module(root)\n"
        "    for found in pkgutil.walk_packages(package.__path__, root + '.'):\n"
        "        importlib.import_module(found.name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *roots],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
