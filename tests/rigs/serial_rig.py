"""A serial line without hardware: a pseudo-terminal under a lasting name, a reader at its end."""

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path

READ_BYTES = 4096


class SerialLine:
    """A line that can be pulled and put back; `answer` plays a reader that speaks when asked."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes] | None = None) -> None:
        self.path = path
        self._answer = answer
        self._far = -1
        self._near = -1
        self._player: threading.Thread | None = None
        self._stopping = threading.Event()
        self.plug()

    def plug(self) -> None:
        """Put the plug in."""
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._near))
        self._stopping.clear()
        if self._answer is not None:
            self._player = threading.Thread(target=self._play, args=(self._far,), daemon=True)
            self._player.start()

    def pull(self) -> None:
        """Pull the plug out."""
        if self._far < 0:
            return
        self.path.unlink(missing_ok=True)
        self._stopping.set()
        if self._player is not None:
            self._player.join(2)
        os.close(self._near)
        os.close(self._far)
        self._far = self._near = -1

    def write(self, sent: bytes) -> None:
        """Send bytes to the host."""
        os.write(self._far, sent)

    def _play(self, far: int) -> None:
        assert self._answer is not None
        # Closing the far end under a read is what a pulled plug does to this thread, too.
        with contextlib.suppress(OSError):
            while not self._stopping.is_set():
                if select.select([far], [], [], 0.05)[0]:
                    answer = self._answer(os.read(far, READ_BYTES))
                    if answer:
                        os.write(far, answer)
