"""What the tests over the source share: where it is and what it is made of."""

import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def checkout() -> Path:
    return CHECKOUT


@pytest.fixture(scope="session")
def project(checkout: Path) -> dict:
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def roots(project: dict) -> list[str]:
    return project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
