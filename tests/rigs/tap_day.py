"""A day's badges, laid on the running terminal's simulated reader one after the other.

Runs inside the machine, with nothing but Python. Usage: tap_day.py FILE; FILE holds a list of
[technology, value]. Each badge waits for the one before to be decided.
"""

import http.client
import json
import socket
import sys
from pathlib import Path

SOCKET = "/var/lib/refectory/terminal.sock"


class Door(http.client.HTTPConnection):
    """The terminal's command socket."""

    def connect(self) -> None:
        """Connect to the socket file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(SOCKET)


def main() -> None:
    """Tap them all."""
    for technology, value in json.loads(Path(sys.argv[1]).read_text()):
        door = Door("terminal")
        body = json.dumps({"technology": technology, "value": value})
        door.request("POST", "/v1/tap", body, {"Content-Type": "application/json"})
        answer = door.getresponse()
        content = answer.read()
        door.close()
        if answer.status != http.HTTPStatus.OK:
            sys.exit(f"{value}: {answer.status} {content!r}")


if __name__ == "__main__":
    main()
