"""Asking a running terminal: HTTP over the Unix socket in its folder, by the standard library."""

import http.client
import json
import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

from cli.output import EXIT_FAILED, CommandError

SOCKET_NAME = "terminal.sock"
_TIMEOUT_S = 10.0
_PATH_BYTES_MAX = 107
_WELL = range(200, 300)


def ask(folder: Path, method: str, path: str, body: object | None = None) -> dict[str, object]:
    """Return the JSON object with which the terminal of a folder answers.

    body: sent as JSON. Raises CommandError, in one line, when no terminal runs there, or when it
    answers with a problem.
    """
    answer = _ask(folder, method, path, body)
    if not isinstance(answer, dict):
        message = f"the terminal in {folder} answered {path} in a form that is not known here"
        raise CommandError(message)
    return answer


def ask_list(folder: Path, path: str) -> list[dict[str, Any]]:
    """Return the JSON list with which the terminal of a folder answers. Raises CommandError."""
    answer = _ask(folder, "GET", path, None)
    if not isinstance(answer, list):
        message = f"the terminal in {folder} answered {path} in a form that is not known here"
        raise CommandError(message)
    return answer


def event_stream(folder: Path) -> Generator[tuple[str, Any], None, None]:
    """Yield what the terminal of a folder publishes, as topic and content, until the line breaks.

    The first is `snapshot`, the whole state. Raises OSError, ValueError or HTTPException.
    """
    connection = _UnixConnection(folder / SOCKET_NAME)
    try:
        connection.request("GET", "/events")
        topic = ""
        for raw in connection.getresponse():
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if name == "event":
                topic = value
            elif name == "data" and topic != "beat":
                yield topic, json.loads(value)
    finally:
        connection.close()


def _ask(folder: Path, method: str, path: str, body: object | None) -> Any:  # noqa: ANN401  JSON
    connection = _UnixConnection(folder / SOCKET_NAME)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request(
            method, path, None if body is None else json.dumps(body).encode(), headers
        )
        response = connection.getresponse()
        content = response.read()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        message = f"no terminal runs in {folder}; start one, or name its folder with --data"
        raise CommandError(message) from error
    except PermissionError as error:
        message = f"the terminal in {folder} belongs to another user; ask as that user, or as root"
        raise CommandError(message) from error
    except (OSError, http.client.HTTPException) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        message = f"the terminal in {folder} did not answer: {words}; see `refectory status`"
        raise CommandError(message) from error
    finally:
        connection.close()
    return _read(folder, path, response.status, content)


def _read(folder: Path, path: str, status: int, content: bytes) -> Any:  # noqa: ANN401  JSON
    try:
        answer = json.loads(content) if content else {}
    except ValueError as error:
        message = f"the terminal in {folder} answered {path} with something that is no JSON"
        raise CommandError(message) from error
    if status in _WELL:
        return answer
    detail = answer.get("detail") if isinstance(answer, dict) else None
    words = " ".join(str(detail or f"status {status}").split())
    raise CommandError(words, EXIT_FAILED)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("terminal", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        name = str(self._path)
        if len(name.encode()) > _PATH_BYTES_MAX:
            # The kernel takes 107 bytes; a path through an open folder is as good and short.
            descriptor = os.open(self._path.parent, os.O_PATH)
            try:
                self.sock.connect(f"/proc/self/fd/{descriptor}/{self._path.name}")
            finally:
                os.close(descriptor)
            return
        self.sock.connect(name)
