"""Asking a terminal over its socket: whatever answers, a command says one plain line."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.main import main
from cli.output import CommandError
from cli.terminal_link import ask

Listen = Callable[[bytes], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose path is longer than the kernel takes for a socket."""
    folder = tmp_path / ("a-long-name-" * 12)
    folder.mkdir()
    return folder


@pytest.fixture
def listen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Answer one question with given bytes."""
    threads: list[threading.Thread] = []
    door = socket.socket(socket.AF_UNIX)
    with monkeypatch.context() as inside:
        inside.chdir(folder)
        door.bind("terminal.sock")
    door.listen()

    def answer(content: bytes) -> None:
        def serve() -> None:
            channel, _ = door.accept()
            with channel:
                channel.settimeout(10)
                # The whole question is heard before it is answered.
                question = channel.makefile("rb")
                length = 0
                while line := question.readline().strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                question.read(length)
                question.close()
                channel.sendall(content)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()

    yield answer
    for thread in threads:
        thread.join(10)
    door.close()


def reply(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


def test_an_object_and_an_empty_answer(folder: Path, listen: Listen) -> None:
    listen(reply(b'{"is_asked": true}'))
    assert ask(folder, "POST", "/v1/sync") == {"is_asked": True}
    listen(reply(b""))
    assert ask(folder, "POST", "/v1/sync", {}) == {}


def test_an_address_for_one_more_screen(
    folder: Path, listen: Listen, capsys: pytest.CaptureFixture[str]
) -> None:
    listen(reply(b'{"url": "http://127.0.0.1:8750/?token=t"}'))
    assert main(["screen", "--data", str(folder)]) == 0
    assert capsys.readouterr().out == "http://127.0.0.1:8750/?token=t\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (reply(b"[1]"), "in a form that is not known here"),
        (reply(b"<html>"), "something that is no JSON"),
        (reply(b'{"detail": "the till is\\n busy"}', "503 Busy"), "^the till is busy$"),
        (reply(b"[]", "500 Oh"), "^status 500$"),
        (b"", "did not answer"),
        (b"\x00\x01\x02\r\n\r\n", "did not answer"),
    ],
)
def test_answers_that_are_none(folder: Path, listen: Listen, content: bytes, said: str) -> None:
    listen(content)
    with pytest.raises(CommandError, match=said) as caught:
        ask(folder, "GET", "/v1/status")
    assert "\n" not in str(caught.value)


def test_nobody_behind_the_door(folder: Path, listen: Listen) -> None:
    del listen
    (folder / "terminal.sock").unlink()
    with pytest.raises(CommandError, match="no terminal runs in"):
        ask(folder, "GET", "/v1/status")
