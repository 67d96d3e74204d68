"""Who may import whom: import-linter's contracts, and a proof that each of them can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# One wrong line a contract; each must be reported broken.
VIOLATIONS = {
    "layers": ("readers", "import printer"),
    "pure-core": ("core", "import threading"),
    "centre-without-hardware": ("central", "import offline_cache"),
    "home-of-card-libraries": ("sync", "import nfc"),
    "home-of-serial": ("offline_cache", "import serial"),
    "home-of-escpos": ("terminal", "import escpos.printer"),
    "home-of-pillow": ("sync", "import PIL.Image"),
    "home-of-http-client": ("readers", "import httpx"),
    "home-of-sqlite-utils": ("central", "import sqlite_utils"),
    "home-of-argon2": ("sync", "import argon2"),
    "home-of-metrics": ("central", "import prometheus_client"),
    "home-of-databases": ("printer", "import sqlite3"),
    "home-of-postgres": ("offline_cache", "import psycopg"),
    "home-of-greenlets": ("terminal", "import greenlet"),
    "home-of-isal": ("sync", "import isal"),
    "home-of-bank-formats": ("sync", "import coda"),
    "home-of-web-server": ("config", "import starlette.applications"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the house in a folder, whatever is installed elsewhere."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def spoilt(
    checkout: Path, roots: list[str], tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """The verdict on a copy of the house with one violation of every contract."""
    copy = tmp_path_factory.mktemp("spoilt")
    shutil.copy(checkout / "pyproject.toml", copy)
    for root in roots:
        (copy / root).mkdir()
        lines = [line for package, line in VIOLATIONS.values() if package == root]
        (copy / root / "__init__.py").write_text("\n".join(lines), encoding="utf-8")
    return lint(copy)


def test_the_house_keeps_its_layers(checkout: Path) -> None:
    verdict = lint(checkout)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_contract_has_a_control(project: dict) -> None:
    assert {c["id"] for c in project["tool"]["importlinter"]["contracts"]} == set(VIOLATIONS)


def test_a_violation_of_each_contract_is_found(
    spoilt: subprocess.CompletedProcess[str], project: dict
) -> None:
    assert spoilt.returncode != 0, spoilt.stdout
    for contract in project["tool"]["importlinter"]["contracts"]:
        assert f"{contract['name']} BROKEN" in spoilt.stdout, spoilt.stdout + spoilt.stderr
