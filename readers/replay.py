"""`replay:///file`: plays a recording of `reader listen --record`, at its own pace or faster."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.tap import Assurance, Credential, Health, HealthState, Removed, Tap
from readers.address import ReaderAddress
from readers.base import Habits, Post
from readers.counters import Outcome
from readers.errors import DeviceLostError, ReaderAddressError
from readers.frames.base import FrameDecoder
from readers.frames.families import FAMILIES
from readers.loop import LoopedReader
from readers.recording import Raw, RecordingFaultError, Step, read_steps

_SPEED_MAX = 1000
_NS = 1_000_000_000


class ReplayReader(LoopedReader):
    """Plays one recording once. speed: 1 as it was, 10 ten times as fast, 0 without any pause."""

    habits = Habits(tells_removal=True)

    def __init__(
        self,
        *,
        name: str,
        url: str,
        path: str,
        speed: int = 1,
        open_decoder: Callable[[], FrameDecoder] | None = None,
    ) -> None:
        super().__init__(name=name, url=url, session=self._session)
        self.is_over = False
        self._path = Path(path)
        self._speed = speed
        self._open_decoder = open_decoder
        self._decoder: FrameDecoder | None = None

    def start(self, post: Post) -> None:
        """Start the thread; the recording begins anew."""
        self.is_over = False
        self._loop.start(post)

    def _session(self) -> None:
        try:
            with self._path.open(encoding="utf-8", errors="replace") as lines:
                self._loop.health(HealthState.UP, f"{self.name}: playing {self._path}")
                self._decoder = self._open_decoder() if self._open_decoder else None
                played_ns = 0
                for step in read_steps(lines, reader=self.name):
                    if self._is_stopped_before(step, played_ns):
                        return
                    played_ns = step.after_ns
                    self._play(step)
        except OSError as error:
            detail = f"{self.name}: {self._path}: {error.strerror}; name a recording"
            raise DeviceLostError(HealthState.NO_READER, detail) from error
        except RecordingFaultError as fault:
            self.is_over = True
            detail = f"{self.name}: {self._path}: {fault}; record it again"
            self._loop.health(HealthState.DEGRADED, detail)
        else:
            self.is_over = True
            self._loop.health(HealthState.NO_READER, f"{self.name}: {self._path} is at its end")
        self._loop.wait(threading.TIMEOUT_MAX)

    def _is_stopped_before(self, step: Step, played_ns: int) -> bool:
        if self._speed == 0:
            return self._loop.is_stopping
        return self._loop.wait(max(step.after_ns - played_ns, 0) / _NS / self._speed)

    def _play(self, step: Step) -> None:
        if self._decoder is not None:
            self._decode(self._decoder, step)
            return
        match step.event:
            case Tap():
                tap = step.event
                self._loop.tap(tap.credential, tap.assurance, ndef=tap.ndef)
            case Removed():
                self._loop.removed()
            case Health():
                self._loop.health(step.event.state, step.event.detail)
            case Raw():
                pass

    def _decode(self, decoder: FrameDecoder, step: Step) -> None:
        """Decode the recorded bytes afresh, in place of what was decoded then."""
        if isinstance(step.event, Raw) and step.event.is_from_reader:
            for decoded in decoder.feed(step.event.payload):
                if isinstance(decoded, Credential):
                    self._loop.tap(decoded, Assurance.UID)
                elif isinstance(decoded, Outcome):
                    self.counters.add(decoded)


def open_device(address: ReaderAddress, *, name: str) -> ReplayReader:
    """Return the player of a recording.

    Options: speed, 0 to 1000; frame, with its family's options, to decode the raw bytes afresh.
    """
    word = address.options.get("frame")
    family = FAMILIES[address.choice("frame", FAMILIES.keys(), "")] if word is not None else None
    address.check_options(("speed", "frame", *family.options) if family else ("speed", "frame"))
    if not Path(address.place).is_absolute():
        raise ReaderAddressError(
            f"{address.text}: write the file with three slashes, replay:///path"
        )
    speed = address.number("speed", 1, low=0, high=_SPEED_MAX)
    open_decoder = None
    if family is not None:
        family.decoder(address)
        open_decoder = partial(family.decoder, address)
    return ReplayReader(
        name=name,
        url=address.text,
        path=address.place,
        speed=speed,
        open_decoder=open_decoder,
    )
