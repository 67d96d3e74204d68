"""The sounds of the till, synthesised here: they belong to nobody else.

ok: one short high note. refused: two low ones. attention: three, rising. error: one long low one.
All of them are told apart by rhythm as well, and are over within 0.4 s.
"""

import io
import math
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

_RATE_HZ = 16_000
_PEAK = 20_000
_FADE_S = 0.008


@dataclass(frozen=True, slots=True)
class Note:
    """A note, or a rest where the frequency is 0."""

    frequency_hz: int
    length_s: float


_REST = Note(0, 0.045)

SOUNDS: Final[dict[str, tuple[Note, ...]]] = {
    "ok": (Note(1760, 0.12),),
    "refused": (Note(330, 0.15), _REST, Note(247, 0.19)),
    "attention": (Note(880, 0.09), _REST, Note(1109, 0.09), _REST, Note(1319, 0.11)),
    "error": (Note(196, 0.4),),
}


_OF_TONE = {"ok": "ok", "refused": "refused", "attention": "attention", "unknown": "refused"}


def sound_of(tone: object) -> str:
    """Return the sound of a verdict's tone; the error sound for a tone that there is not."""
    return _OF_TONE.get(tone, "error") if isinstance(tone, str) else "error"


@cache
def wav(name: str) -> bytes:
    """Return a sound as a WAV file: 16 bit, mono, 16 kHz. name: a key of SOUNDS."""
    samples = array("h", (sample for note in SOUNDS[name] for sample in _samples(note)))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE_HZ)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def _samples(note: Note) -> Iterator[int]:
    """Yield a note with two soft overtones, faded in and out so that it does not click."""
    count = round(note.length_s * _RATE_HZ)
    fade = _FADE_S * _RATE_HZ
    for index in range(count):
        angle = math.tau * note.frequency_hz * index / _RATE_HZ
        tone = math.sin(angle) + 0.3 * math.sin(2 * angle) + 0.1 * math.sin(3 * angle)
        envelope = min(1.0, index / fade, (count - 1 - index) / fade)
        yield round(_PEAK * envelope * tone / 1.4)
