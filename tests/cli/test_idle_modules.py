"""What a terminal at rest has loaded: each library that it holds for nothing is memory for ever."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from central.clock import wall_clock
from central.enrolment import create_code
from central.twin import TwinCentre
from cli.terminal_link import ask
from core.ids import SchoolId
from sync.enrol import enrol

PATIENCE_S = 60.0
MODULES_MAX = 730
"""Counted on 28 November 2026: 698 after taps and the sync; PC/SC, not here, brings 30."""
NOT_AT_REST = {
    *("PIL", "segno", "babel", "yaml", "nfc", "usb", "evdev", "sqlite_utils", "psycopg"),
    *("central", "pydantic", "rich", "pygments", "setuptools", "unittest", "xml", "argon2"),
    *("click", "multiprocessing", "socketserver", "configparser", "difflib", "jinja2"),
}
NO_PART_AT_REST = (
    *("cli.central", "cli.doctor", "printer.encode", "printer.layout", "printer.interpreter"),
    *("encodings.cp437", "terminal.doctor", "uvicorn.main", "logging.config"),
    *("httpcore._async", "cryptography.hazmat.primitives.serialization"),
)
"""Parts of what is needed: other commands, papers (composed elsewhere), the doctor, key files."""
NEEDED = {"starlette", "uvicorn", "httpx", "cryptography"}


@pytest.fixture
def centre(seeded: Path, tmp_path: Path) -> Iterator[TwinCentre]:
    path = tmp_path / "central.db"
    path.write_bytes(seeded.read_bytes())
    with TwinCentre(path) as twin:
        yield twin


def until(folder: Path, is_so: Callable[[dict[str, Any]], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not is_so(ask(folder, "GET", "/v1/status")):
        assert time.monotonic() < deadline_s
        pause.wait(0.1)


def test_a_terminal_at_rest_holds_what_it_needs_and_little_else(
    serve: Callable[..., Any],
    centre: TwinCentre,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "till"
    folder.mkdir(mode=0o700)
    code = create_code(centre.store, SchoolId("demo"), terminal_name="Till", now=wall_clock())
    enrol(central_url=centre.url, code=code, folder=folder)
    settings = tmp_path / "till.toml"
    lines = [f'data = "{folder}"', 'readers = ["simulated://"]', 'listen = "127.0.0.1:0"']
    settings.write_text("\n".join([*lines, 'printer = "none://"']) + "\n")
    # Python itself says on standard error what it imports.
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    service = serve("terminal", "--config", settings)
    until(folder, lambda status: status["copy_at"] is not None)
    ask(folder, "POST", "/v1/tap", {"value": "04A1B2C3D4E501"})
    until(folder, lambda status: status["queue"]["count"] == 0)
    told = service.end()
    modules = set(re.findall(r"^import time: +\d+ \| +\d+ \|\s+(\S+)$", told, re.MULTILINE))
    tops = {name.partition(".")[0] for name in modules}
    assert tops >= NEEDED, "the control: what is loaded is seen"
    assert tops & NOT_AT_REST == set()
    assert [name for name in modules if name.startswith(NO_PART_AT_REST)] == []
    assert len(modules) <= MODULES_MAX
