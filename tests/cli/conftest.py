"""Commands as they are typed: real processes, their words, and their exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from central.load import load_school
from central.seed import make_school
from central.store import open_store
from core.ids import SchoolId, TerminalId
from sync.identity import Identity, save_identity

PROGRAM = "import sys, cli.main; sys.exit(cli.main.main())"
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    def expect_one_line(self, code: int, *words: str) -> str:
        """Expect a complaint: one line, no traceback, all of the words; return it."""
        assert self.code == code, (self.out, self.err)
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert all(word in lines[0] for word in words), lines[0]
        assert self.out == ""
        return lines[0]


def environment(**more: str) -> dict[str, str]:
    """The variables of a process; its settings are what the test gives it, and nothing else."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("REFECTORY_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | more


Type = Callable[..., Answer]


@pytest.fixture
def typed(tmp_path: Path) -> Type:
    """Type a command in an empty folder."""

    def typed(
        *words: object,
        flags: tuple[str, ...] = (),
        program: str = PROGRAM,
        environ: Mapping[str, str] | None = None,
    ) -> Answer:
        done = subprocess.run(
            [sys.executable, "-P", *flags, "-c", program, *map(str, words)],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env=environment(**(environ or {})),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE_S,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return typed


class Service:
    """A daemon in a process of its own, from its first line on."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                PROGRAM,
                *map(str, words),
                "--json",
                "--until-stdin-closes",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, complaint = self.process.communicate(timeout=PATIENCE_S)
            pytest.fail(complaint)
        self.said: dict[str, Any] = json.loads(line)

    def end(self) -> str:
        """Close its input; return what it wrote to its log."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdin = None
        _, complaint = self.process.communicate(timeout=PATIENCE_S)
        return complaint


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    running: list[Service] = []

    def start(*words: object) -> Service:
        running.append(Service(*words))
        return running[-1]

    yield start
    for service in running:
        if service.process.returncode is None:
            service.end()


@pytest.fixture
def till_folder(tmp_path: Path) -> Path:
    """The folder of an enrolled terminal, whose centre is not there."""
    folder = tmp_path / "till"
    folder.mkdir(mode=0o700)
    identity = Identity(
        school_id=SchoolId("athenee"),
        terminal_id=TerminalId("till-1"),
        terminal_name="Caisse 1",
        central_url="http://127.0.0.1:9",
        key_id="key-1",
        private_key=b"p" * 32,
        badge_key=b"sixteen bytes of",
        centre_key=b"c" * 32,
    )
    save_identity(identity, folder)
    return folder


@pytest.fixture
def settings(tmp_path: Path, till_folder: Path) -> Path:
    """Settings that start on any machine."""
    path = tmp_path / "terminal.toml"
    path.write_text(
        f'data = "{till_folder}"\nreaders = ["simulated://"]\nlisten = "127.0.0.1:0"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a centre with a demo school."""
    path = tmp_path_factory.mktemp("seeded") / "central.db"
    store = open_store(path)
    load_school(store, make_school(seed=7, today=date(2026, 11, 24)))
    store.close()
    return path
