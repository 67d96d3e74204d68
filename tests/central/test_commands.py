"""The words of the bursar and the technician, as they are typed."""

import argparse
import http.server
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

import pytest

import cli.central
import cli.enrol
import cli.sync
from central.store import open_store
from cli.output import CommandError
from cli.terminal_link import ask

ROOT = Path(__file__).parents[2]
SERVICE = """
import argparse, sys, cli.central
parser = argparse.ArgumentParser()
cli.central.register(parser.add_subparsers())
parsed = parser.parse_args(sys.argv[1:])
sys.exit(parsed.run(parsed))
"""


@pytest.fixture
def run(capsys, tmp_path):
    """Types a command; returns its exit code and what it printed, read as JSON."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    cli.central.register(commands)
    cli.sync.register(commands)
    cli.enrol.register(commands)

    def run(*words: str):
        parsed = parser.parse_args([*words, "--json"])
        code = parsed.run(parsed)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def seeded_path(run, tmp_path):
    path = str(tmp_path / "central.db")
    run("central", "seed", "--seed", "7", "--day", "2026-11-24", "--database", path)
    return path


def test_a_school_is_seeded_and_checked(run, seeded_path):
    code, (figures,) = run("central", "check", "--database", seeded_path)
    assert code == 0
    assert (figures["ledger_sum_cents"], figures["disagreements"]) == (0, [])
    assert figures["legs"] > 10_000


def test_a_second_seed_is_refused(run, seeded_path):
    with pytest.raises(CommandError, match="in this database already"):
        run("central", "seed", "--database", seeded_path)


def test_a_sum_that_does_not_agree_is_told(run, seeded_path):
    store = open_store(seeded_path)
    with store.database.writing() as session:
        session.run("UPDATE wallet SET reserve_cents = reserve_cents + 1 WHERE reserve_cents > 0")
    store.close()
    code, (figures,) = run("central", "check", "--database", seeded_path)
    assert code == 1
    assert "their legs sum to" in figures["disagreements"][0]


def test_what_is_not_there_is_named(run, tmp_path, seeded_path):
    with pytest.raises(CommandError, match="is not there"):
        run("central", "check", "--database", str(tmp_path / "typo.db"))
    with pytest.raises(CommandError, match="no terminal t-9"):
        run("central", "revoke", "t-9", "--database", seeded_path)
    with pytest.raises(CommandError, match="no school 'x'"):
        run("central", "code", "--terminal", "A", "--school", "x", "--database", seeded_path)
    empty = tmp_path / "empty.db"
    open_store(empty).close()
    with pytest.raises(CommandError, match="no school"):
        run("central", "code", "--terminal", "A", "--database", str(empty))


@pytest.mark.parametrize("listen", ["x", "127.0.0.1", ":1", "127.0.0.1:99999", "127.0.0.1:-1"])
def test_an_address_that_is_none_is_wrong_usage(run, listen, capsys):
    with pytest.raises(SystemExit) as caught:
        run("central", "--listen", listen)
    assert caught.value.code == 2


def test_the_day_is_closed_after_it(run, seeded_path):
    code, (done,) = run("central", "close-day", "--day", "2020-01-01", "--database", seeded_path)
    assert (code, done) == (0, {"day": "2020-01-01", "unclaimed": 0, "amount_cents": 0})


@pytest.fixture
def service(seeded_path):
    """The service as a process, with its standard input in our hand."""
    words = ["central", "--database", seeded_path, "--listen", "127.0.0.1:0", "--json",
             "--until-stdin-closes"]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        process.ready = json.loads(process.stdout.readline())
        yield process
        # It ends by itself, and takes its temporary folders away.
        process.stdin.close()
        process.wait(60)


def test_a_terminal_is_enrolled_listed_approved_and_revoked(run, service, seeded_path, tmp_path):
    _, (code,) = run("central", "code", "--terminal", "Till 1", "--database", seeded_path)
    folder = str(tmp_path / "till")
    url = service.ready["url"]
    exit_code, (enrolled,) = run(
        "enrol", "--central", url, "--code", code["code"], "--data", folder
    )
    assert (exit_code, enrolled["terminal_name"]) == (0, "Till 1")
    with pytest.raises(CommandError, match="enrolled already"):
        run("enrol", "--central", url, "--code", code["code"], "--data", folder)
    _, (rotated,) = run("sync", "rotate-key", "--data", folder)
    assert rotated["key_id"].startswith("k-")
    _, (listed,) = run("central", "terminals", "--database", seeded_path)
    assert (listed["name"], listed["state"], listed["booked_to"]) == ("Till 1", "active", "0-0")
    terminal = listed["terminal_id"]
    _, (approved,) = run("central", "approve-epoch", terminal, "--database", seeded_path)
    assert approved == {"terminal_id": terminal, "epoch": 1}
    run("central", "revoke", terminal, "--database", seeded_path)
    _, (listed,) = run("central", "terminals", "--database", seeded_path)
    assert listed["state"] == "revoked"


def test_the_service_ends_when_its_input_closes(service):
    service.stdin.close()
    assert service.wait(10) == 0


def test_the_service_ends_in_order_on_sigterm(service):
    service.send_signal(signal.SIGTERM)
    assert service.wait(10) == 0
    assert service.stderr.read() == b""


def test_a_port_that_is_taken_is_one_line(run, service, tmp_path):
    taken = service.ready["url"].removeprefix("http://")
    with pytest.raises(CommandError, match="Address already in use; name another with --listen"):
        run("central", "--listen", taken, "--database", str(tmp_path / "other.db"))


# --- asking a running terminal -----------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        status, body = self.server.answers[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer()

    def log_message(self, *_words):
        pass

    def address_string(self):
        return "unix"


STATUS = {
    "network": {"up": {"state": "idle", "detail": ""}},
    "queue": {"count": 0, "acknowledged": "1-5"},
    "copy_at": None,
    "restored": None,
}


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    answers: ClassVar = {
        "/v1/status": (200, json.dumps(STATUS).encode()),
        "/v1/sync": (202, b'{"is_asked": true}'),
        "/v1/badges": (200, b'[{"value": "04"}]'),
        "/broken": (200, b"not json"),
        "/refused": (409, b'{"detail": "no reader is simulated"}'),
        "/odd": (500, b"[]"),
    }


@pytest.fixture(params=["short", "a folder whose path is longer than a socket's may be " * 4])
def terminal_folder(tmp_path, request):
    folder = tmp_path / request.param.strip()
    folder.mkdir()
    here = Path.cwd()
    os.chdir(folder)
    server = Server("terminal.sock", Handler)
    os.chdir(here)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_running_terminal_is_asked(terminal_folder, run):
    assert ask(terminal_folder, "POST", "/v1/sync", {"now": True}) == {"is_asked": True}
    folder = str(terminal_folder)
    assert run("sync", "now", "--data", folder) == (0, [{"is_asked": True}])
    code, (status,) = run("sync", "status", "--data", folder)
    assert (code, status["queue"]["acknowledged"]) == (0, "1-5")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/broken", "is no JSON"),
        ("/refused", "no reader is simulated"),
        ("/odd", "status 500"),
        ("/v1/badges", "form that is not known"),
    ],
)
def test_a_strange_answer_is_one_line(terminal_folder, path, words):
    with pytest.raises(CommandError, match=words):
        ask(terminal_folder, "GET", path)


def test_no_terminal_is_one_line_with_the_cure(tmp_path):
    with pytest.raises(CommandError, match=r"no terminal runs in .*--data"):
        ask(tmp_path, "GET", "/v1/status")
    (tmp_path / "terminal.sock").touch()
    with pytest.raises(CommandError, match="no terminal runs"):
        ask(tmp_path, "GET", "/v1/status")
