"""Heavy libraries load when they are used: the daemon must be ready for taps at once.

Each case imports every module of some packages in a fresh process and looks at what came along.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Each costs 0.1 to 0.5 s on a slow machine.
HEAVY = {
    "PIL",
    "apsw",
    "babel",
    "escpos",
    "httpx",
    "nfc",
    "prometheus_client",
    "psycopg",
    "qrcode",
    "requests",
    "rich",
    "segno",
    "smartcard",
    "sqlite_utils",
    "usb1",
}
# The command line answers at once: it builds its parser with the standard library alone.
VENDORS = HEAVY | {
    "argon2",
    "cryptography",
    "evdev",
    "jinja2",
    "msgspec",
    "serial",
    "sqlite3",
    "starlette",
    "tenacity",
    "uvicorn",
}

# Homes of a heavy library that load late as a whole: nothing imports them at its own top.
# The conformance kit is loaded by its own command alone, and is all about httpx.
_KIT = ("batches", "copies", "enrolment", "kit", "office", "orders", "signatures", "speaker")
_PICTURES = ("central.photo_files", "central.portraits")
LATE_MODULES = {
    "sync.channel",
    "central.postgres_connection",
    *_PICTURES,
    *(f"sync.conformance.{name}" for name in _KIT),
}

IMPORT_ALL = f"""
import importlib, json, pkgutil, sys, threading
for root in sys.argv[1:]:
    package = importlib.import_module(root)
    for found in pkgutil.walk_packages(package.__path__, root + "."):
        if found.name not in {sorted(LATE_MODULES)}:
            importlib.import_module(found.name)
top = sorted(set(name.partition(".")[0] for name in sys.modules))
print(json.dumps(dict(modules=top, threads=threading.active_count())))
"""
BUILD_PARSER = """
import json, sys, threading
from cli.main import build_parser
build_parser()
top = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"modules": top, "threads": threading.active_count()}))
"""


def loaded_by(code: str, *arguments: str, folder: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "package",
    ["core", "readers", "printer", "offline_cache", "sync", "config", "terminal", "central"],
)
def test_a_package_imports_nothing_heavy(checkout: Path, package: str) -> None:
    loaded = loaded_by(IMPORT_ALL, package, folder=checkout)
    assert sorted(HEAVY & set(loaded["modules"])) == []
    assert loaded["threads"] == 1


def test_the_command_line_answers_at_once(checkout: Path) -> None:
    loaded = loaded_by(BUILD_PARSER, folder=checkout)
    assert sorted(VENDORS & set(loaded["modules"])) == []


def test_an_early_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "eager").mkdir()
    (tmp_path / "eager" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "eager" / "part.py").write_text("import segno\n", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n" + IMPORT_ALL
    assert "segno" in loaded_by(code, "eager", folder=tmp_path)["modules"]
