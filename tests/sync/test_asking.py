"""A question while a person waits: answered, refused, or given up when its time is over."""

import socket
import threading
from dataclasses import replace

import pytest

from central.clock import wall_clock
from sync.asking import Asking, UnreachableError
from sync.errors import RefusedError
from sync.identity import Identity

QUESTION = {
    "command": "c-1",
    "act": "cancel",
    "order": "o-1",
    "pupil": "nobody",
    "day": "2026-11-25",
    "badge": "00" * 16,
}


@pytest.fixture
def asking(till):
    asking = Asking(till.identity, folder=till.folder, clock=wall_clock)
    yield asking
    asking.close()


def test_an_answer_comes_signed_and_a_connection_is_used_again(asking):
    for _ in range(2):
        answer = asking.ask("orders", QUESTION)
        assert (answer["command"], answer["state"]) == ("c-1", "declined")
    assert len(asking._free) == 1


def test_what_is_no_question_is_told_as_such(asking):
    with pytest.raises(RefusedError, match="cannot be read"):
        asking.ask("orders", QUESTION | {"act": "eat"})


def test_nobody_there_is_told_at_once(till):
    identity = replace(till.identity, central_url="http://127.0.0.1:9")
    with pytest.raises(UnreachableError):
        Asking(identity, folder=till.folder, clock=wall_clock).ask("orders", QUESTION)


@pytest.fixture
def silent() -> socket.socket:
    """A server that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_silent_centre_is_given_up_and_each_question_has_its_own_time(till, silent):
    identity: Identity = replace(
        till.identity, central_url=f"http://127.0.0.1:{silent.getsockname()[1]}"
    )
    asking = Asking(identity, folder=till.folder, clock=wall_clock)
    for _ in range(2):
        # The connection has the same time: on a busy machine it may be the first to say so.
        with pytest.raises(UnreachableError, match=r"no answer within 0\.2 s|timed out"):
            asking.ask("orders", QUESTION, timeout_s=0.2)


def test_a_centre_that_drips_is_given_up_too(till, silent):
    """Each byte is progress for a connection; a person still waits no longer."""
    stop = threading.Event()

    def drip():
        line, _ = silent.accept()
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.05):
                line.sendall(b" ")

    thread = threading.Thread(target=drip)
    thread.start()
    identity = replace(till.identity, central_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
    try:
        with pytest.raises(UnreachableError, match=r"within 0\.5 s"):
            Asking(identity, folder=till.folder, clock=wall_clock).ask(
                "orders", QUESTION, timeout_s=0.5
            )
    finally:
        stop.set()
        thread.join(5)


def test_a_crowd_of_questions_does_not_pile_up(till, silent):
    identity = replace(till.identity, central_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
    asking = Asking(identity, folder=till.folder, clock=wall_clock)
    waiting = [
        threading.Thread(target=_given_up, args=(asking,), kwargs={"timeout_s": 3})
        for _ in range(4)
    ]
    for thread in waiting:
        thread.start()
    # Whoever comes now is told at once; before, each had to wait until its time was over.
    said = ""
    while not said.startswith("too many"):
        assert any(thread.is_alive() for thread in waiting), said
        said = _given_up(asking, timeout_s=0.01)
    for thread in waiting:
        thread.join(10)


def _given_up(asking: Asking, *, timeout_s: float) -> str:
    with pytest.raises(UnreachableError) as given_up:
        asking.ask("orders", QUESTION, timeout_s=timeout_s)
    return str(given_up.value)
