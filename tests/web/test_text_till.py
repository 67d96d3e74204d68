"""`refectory till --text` beside a real socket: as plain lines, and drawn on a terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from web_rig import Serve, until

from terminal.commands import OpenShift, SignIn
from terminal.twin import TwinTerminal

PROGRAM = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
HOUSE = Path(__file__).parents[2]


@pytest.fixture
def folder(serve: Serve, terminal: TwinTerminal, tmp_path: Path) -> Path:
    serve(socket_path=tmp_path / "terminal.sock")
    terminal.counter.do(SignIn(id="in", staff="fatima", pin="246810"))
    terminal.counter.do(OpenShift(id="open", cash_cents=0))
    return tmp_path


def program(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-P", "-c", PROGRAM, "till", "--text", "--data", str(folder), *more]


def test_a_pipe_hears_verdicts_and_gives_commands(folder: Path, terminal: TwinTerminal) -> None:
    with subprocess.Popen(
        program(folder, "--language", "en"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
    ) as child:
        until(lambda: terminal_hears(terminal, child), within_s=20)
        child.stdin.write("cash 5\nu\ndance\nhelp\n")
        child.stdin.write("t 20,00 by hand\ncash 5 6\nl\nl 1-6\nb 1-6 1 too cold\nq\n")
        child.stdin.flush()
        said = child.stdout.read()
        assert child.wait(20) == 0
    assert "+ Done:" in said
    assert "Not understood" in said
    assert "open 50,00" in said
    acts = [type(one).__name__ for one in terminal.counter.commands[2:]]
    assert acts == ["Sell", "Undo", "TopUp", "Sell", "Refund"]
    assert re.search(r"1-6 11:52 \S.* \+ 1", said), "the act in the list"
    assert re.search(r"^ 1 1 x \S", said, re.MULTILINE), "its lines, numbered"
    assert terminal.counter.document("1-6")["state"] == "part_refunded"


def terminal_hears(terminal: TwinTerminal, child: "subprocess.Popen[str]") -> bool:
    """Lay a badge down until the program says so: it has found its stream then."""
    terminal.publish_verdict({})
    os.set_blocking(child.stdout.fileno(), False)
    try:
        heard = child.stdout.read() or ""
    except TypeError:
        heard = ""
    finally:
        os.set_blocking(child.stdout.fileno(), True)
    return "ORDERED MEAL" in heard.upper() or "LÉA V." in heard.upper()


def test_a_terminal_of_80_by_24_is_drawn(folder: Path, terminal: TwinTerminal) -> None:
    parent, child_end = pty.openpty()
    child = subprocess.Popen(program(folder), stdin=child_end, stdout=child_end, cwd=HOUSE)
    os.close(child_end)
    drawn = b""

    def shows() -> bool:
        nonlocal drawn
        terminal.publish_verdict({"name": "Noé D."})
        drawn += os.read(parent, 65536)
        return "Noé D.".encode() in drawn

    try:
        until(shows, within_s=20)
        os.write(parent, b"q\n")
        while child.poll() is None:
            try:
                drawn += os.read(parent, 65536)
            except OSError:
                break
        assert child.wait(20) == 0
    finally:
        child.kill()
        os.close(parent)
    assert "+++ REPAS RÉSERVÉ +++".encode() in drawn
    assert b"\x1b[24;1H" in drawn


def test_without_a_terminal_it_says_so_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        program(tmp_path), capture_output=True, text=True, cwd=HOUSE, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "no terminal runs in" in done.stderr
    assert done.stderr.count("\n") == 1
