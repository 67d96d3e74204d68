"""The lock files: exact, hashed, of one mind, without addresses, and as pyproject.toml asks."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def strange_lines(text: str) -> list[str]:
    """Return the lines that are neither a pin nor a hash."""
    return [line for line in text.splitlines() if not PIN.match(line) and not HASH.match(line)]


def pins(text: str) -> dict[str, str]:
    found = [PIN.match(line) for line in text.splitlines()]
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found if pin}


@pytest.fixture(scope="module")
def locks(checkout: Path) -> dict[str, str]:
    found = {path.stem: path.read_text("utf-8") for path in (checkout / "requirements").iterdir()}
    assert found
    return found


def test_a_lock_file_holds_pins_and_hashes_alone(locks: dict[str, str]) -> None:
    assert {name: strange_lines(text) for name, text in locks.items() if strange_lines(text)} == {}


@pytest.mark.parametrize(
    "line", ["--index-url https://mirror.example/simple", "httpx>=0.28", "# via refectory"]
)
def test_another_line_is_found(line: str) -> None:
    assert strange_lines(line) == [line]


def test_all_files_agree_on_each_version(locks: dict[str, str]) -> None:
    seen: dict[str, str] = {}
    for text in locks.values():
        for name, version in pins(text).items():
            assert seen.setdefault(name, version) == version, name


def test_what_the_project_asks_for_is_locked(project: dict, locks: dict[str, str]) -> None:
    wanted = {
        "base": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
    }
    for part, lines in wanted.items():
        locked = pins(locks[part])
        for requirement in map(Requirement, lines):
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} in {part}: {version}"
