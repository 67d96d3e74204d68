"""Speech on the headphone jack: espeak-ng reads what the page shows, one thing at a time.

A new sentence takes the place of the one before, as with any screen reader. The words go through a
pipe, so that no other user of the machine finds them among the arguments of its processes; they are
never logged. Source: EN 301 549, clause 5.1 (closed functionality), and espeak-ng's manual page.
"""

import shutil
import subprocess
import threading
from pathlib import Path
from typing import Final, Protocol

PROGRAM: Final = "espeak-ng"
WORDS_A_MINUTE: Final = 150
TEXT_MAX: Final = 600
"""So much is read at once; a page has headings, not chapters."""
_VOICES: Final = {"fr": "fr-be", "nl": "nl", "de": "de", "en": "en"}
_END_S: Final = 1.0


class Speaker(Protocol):
    """Says things to whoever wears the headphones. Any thread may call; no call waits for sound."""

    @property
    def can_speak(self) -> bool:
        """Whether anything is heard."""
        ...

    def say(self, text: str, language: str) -> None:
        """Say a text in one of the four languages, in place of what is being said."""
        ...

    def stop(self) -> None:
        """Be silent."""
        ...


class EspeakSpeaker:
    """Speaks by espeak-ng, on the system's sound device, or into a WAV file.

    wav: where to write in place of the device. It is written anew by each text.
    """

    can_speak = True

    def __init__(self, program: str, *, wav: Path | None = None) -> None:
        self._program = program
        self._wav = wav
        self._lock = threading.Lock()
        self._speaking: subprocess.Popen[bytes] | None = None

    def say(self, text: str, language: str) -> None:
        """Begin to say a text; an empty one is silence."""
        with self._lock:
            self._hush()
            words = " ".join(text.split())[:TEXT_MAX]
            if not words:
                return
            self._speaking = subprocess.Popen(  # noqa: S603  our own arguments; the text is piped
                self._arguments(language),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert self._speaking.stdin is not None, "a pipe was asked for"
            try:
                self._speaking.stdin.write(words.encode())
                self._speaking.stdin.close()
            except BrokenPipeError:
                self._hush()

    def stop(self) -> None:
        """Be silent, and let no process stay behind."""
        with self._lock:
            self._hush()

    def wait(self, timeout_s: float) -> bool:
        """Wait until all is said. Result: whether it was, without a fault."""
        with self._lock:
            speaking = self._speaking
        return speaking is not None and speaking.wait(timeout_s) == 0

    def _arguments(self, language: str) -> list[str]:
        voice = _VOICES.get(language, _VOICES["fr"])
        arguments = [self._program, "-v", voice, "-s", str(WORDS_A_MINUTE), "--stdin"]
        return arguments if self._wav is None else [*arguments, "-w", str(self._wav)]

    def _hush(self) -> None:
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return
        if speaking.poll() is None:
            speaking.terminate()
        try:
            speaking.wait(_END_S)
        except subprocess.TimeoutExpired:
            speaking.kill()
            speaking.wait()


class SilentSpeaker:
    """Says nothing and keeps what it was told: where espeak-ng is not installed, and for tests."""

    def __init__(self, *, can_speak: bool = False) -> None:
        self.can_speak = can_speak
        self.said: list[tuple[str, str]] = []

    def say(self, text: str, language: str) -> None:
        """Keep the last texts, where somebody may ask for them."""
        if self.can_speak:
            self.said.append((text, language))

    def stop(self) -> None:
        """Do nothing."""


def find_speaker() -> Speaker:
    """Return a speaker by the espeak-ng that is installed, or one that is silent."""
    program = shutil.which(PROGRAM)
    return SilentSpeaker() if program is None else EspeakSpeaker(program)
