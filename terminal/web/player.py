"""Sounds played by the daemon itself, so that they are heard even where the screen is dead.

Off unless a terminal's settings ask for it. A player program reads a WAV file from its standard
input; where there is none, the till goes on in silence and says so once.
"""

import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Final

from terminal.board import Board, Note
from terminal.web.sounds import sound_of, wav

_log = logging.getLogger(__name__)

APLAY: Final = ("aplay", "--quiet", "-")
_PLAY_TIMEOUT_S = 3.0
_STOP_TIMEOUT_S = 4.0
_WAITING_MAX = 2


class SoundPlayer:
    """Plays each verdict of a board, and each alarm once, as it begins.

    One sound at a time; what comes too thick is dropped.

    command: a program that plays the WAV file on its standard input.
    """

    def __init__(self, board: Board, *, command: Sequence[str] = APLAY) -> None:
        self._board = board
        self._command = tuple(command)
        self._sounds: queue.Queue[str | None] = queue.Queue(_WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="sounds", daemon=True)
        self._has_alarm = False
        self._unlisten: Callable[[], None] | None = None

    def start(self) -> None:
        """Listen to the board."""
        self._thread.start()
        self._unlisten = self._board.listen(self._hear)

    def stop(self) -> None:
        """Fall silent after the sound that plays."""
        if self._unlisten is not None:
            self._unlisten()
            self._sounds.put(None)
            self._thread.join(_STOP_TIMEOUT_S)

    def _hear(self, note: Note) -> None:
        sound = self._sound(note)
        if sound is not None and not self._sounds.full():
            self._sounds.put_nowait(sound)

    def _sound(self, note: Note) -> str | None:
        if note.topic == "verdict":
            return sound_of(note.content.get("tone"))
        if note.topic != "status":
            return None
        had_alarm, self._has_alarm = self._has_alarm, bool(note.content.get("alarm"))
        return "error" if self._has_alarm and not had_alarm else None

    def _run(self) -> None:
        while (name := self._sounds.get()) is not None:
            try:
                subprocess.run(  # noqa: S603  the command is a setting of the terminal's owner
                    self._command,
                    input=wav(name),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=_PLAY_TIMEOUT_S,
                    check=True,
                )
            except (OSError, subprocess.SubprocessError) as error:
                _log.warning("no sounds: %s; install alsa-utils, or turn sounds off", error)
                return
