"""A process of its own with a twin and its screens, so that a test can kill it.

Usage: twin_daemon.py PORT KEY_FILE TOKEN BOOT. Writes its address once it serves.
"""

import signal
import sys
from pathlib import Path

from terminal.board import Board
from terminal.twin import TwinTerminal
from terminal.web.server import WebServer


def main() -> None:
    port, key_path, token, boot = sys.argv[1:]
    board = Board(boot=boot)
    terminal = TwinTerminal(board)
    terminal.publish_status({"terminal": f"till of {boot}"})
    terminal.publish_verdict({"name": f"pupil of {boot}"})
    server = WebServer(
        listen=f"127.0.0.1:{port}",
        socket_path=None,
        board=board,
        terminal=terminal,
        now=lambda: terminal.counter.now,
        language="fr",
        screen_mm=257,
        token=token,
        key_path=Path(key_path),
    )
    server.start()
    print(server.address, flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
