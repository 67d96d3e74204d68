"""One bench for each kind of reader, all of one shape, for the contract suite.

A bench has a reader's address and hands that lay cards on it, take them off, pull its plug.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pcsc_rig import PcscRig
from pn532_rig import Pn532Board, Tag
from serial_rig import SerialLine

from core.ids import TapId
from core.tap import Assurance, Credential, Health, HealthState, Removed, Tap, Technology
from readers.base import BadgeReader
from readers.cards import virtual
from readers.frames import wiegand
from readers.frames.forms import Form, Order, xor_of
from readers.keyboards import keys_for
from readers.recording import RecordingWriter
from readers.registry import open_reader
from readers.simulated import SimulatedReader
from readers.wedge import WedgeReader
from readers.wedge_keys import EVENT, WedgeDecoder

SCHOOL_URI = bytes.fromhex("D1010F5504") + b"school.be/c/42"


class Bench:
    """A reader and the hands around it. Card numbers are `uid(n)`, in hex."""

    url: str
    is_live = True
    technology = Technology.ISO14443A

    def open(self) -> BadgeReader:
        """Return the reader, not yet started."""
        return open_reader(self.url)

    def uid(self, number: int) -> str:
        """Return the number of the nth card."""
        return f"{0x04000000000000 + number:014X}"

    def lay(self, number: int) -> None:
        """Lay the nth card on the reader."""
        raise NotImplementedError  # each kind of bench has its own hand; there is no common one

    def take(self) -> None:
        """Take the card off; a reader that cannot tell does not notice."""

    def pull(self) -> None:
        """Pull the reader's plug."""

    def plug(self) -> None:
        """Plug the reader in again."""

    def close(self) -> None:
        """Put everything away."""


class SimulatedBench(Bench):
    url = "simulated://"

    def __init__(self) -> None:
        self._reader = open_reader(self.url)

    def open(self) -> BadgeReader:
        return self._reader

    @property
    def reader(self) -> SimulatedReader:
        assert isinstance(self._reader, SimulatedReader)
        return self._reader

    def lay(self, number: int) -> None:
        self.reader.present(Credential(self.technology, bytes.fromhex(self.uid(number))))

    def take(self) -> None:
        self.reader.remove()

    def pull(self) -> None:
        self.reader.unplug()

    def plug(self) -> None:
        self.reader.replug()


class ReplayBench(Bench):
    """A recording of three taps; it plays by itself, so nothing can be laid on it."""

    is_live = False
    taps = 3

    def __init__(self, folder: Path) -> None:
        path = folder / "day.jsonl"
        self.url = f"replay://{path}?speed=0"
        writer = RecordingWriter(path)
        writer.write(Health("old", HealthState.UP, "old: ready", 1))
        for number in range(self.taps):
            card = Credential(self.technology, bytes.fromhex(self.uid(number)))
            writer.write(Tap(TapId("old"), "old", card, Assurance.UID, 2 + number))
            writer.write(Removed("old", 2 + number))
        writer.close()

    def lay(self, number: int) -> None:
        """Do nothing: the recording does."""


class PcscBench(Bench):
    url = "pcsc://"
    technology = Technology.MIFARE_CLASSIC

    def __init__(self, rig: PcscRig) -> None:
        self._rig = rig

    def lay(self, number: int) -> None:
        self._rig.insert("classic", self.uid(number))

    def take(self) -> None:
        self._rig.remove()

    def pull(self) -> None:
        self._rig.kill()

    def plug(self) -> None:
        self._rig.start()


class LineBench(Bench):
    """A reader that speaks by itself on a serial line."""

    def __init__(
        self,
        folder: Path,
        query: str,
        write: Callable[[str], bytes],
        *,
        technology: Technology = Technology.ISO14443A,
        uid: Callable[[int], str] | None = None,
    ) -> None:
        self.technology = technology
        self.line = SerialLine(folder / "ttyUSB77")
        self.url = f"serial://{self.line.path}?{query}"
        self._write = write
        self._uid = uid

    def uid(self, number: int) -> str:
        return self._uid(number) if self._uid else super().uid(number)

    def lay(self, number: int) -> None:
        self.line.write(self._write(self.uid(number)))

    def pull(self) -> None:
        self.line.pull()

    def plug(self) -> None:
        self.line.plug()

    def close(self) -> None:
        self.line.pull()


class AskedBench(LineBench):
    """A reader that answers when it is asked."""

    def __init__(
        self,
        folder: Path,
        query: str,
        write: Callable[[str], bytes],
        *,
        question: bytes,
        no_card: bytes,
        technology: Technology = Technology.ISO14443A,
        uid: Callable[[int], str] | None = None,
    ) -> None:
        self._lying: str | None = None
        super().__init__(folder, query, write, technology=technology, uid=uid)
        self.line.pull()
        self._question, self._no_card = question, no_card
        self.line = SerialLine(folder / "ttyUSB77", self._answer)

    def lay(self, number: int) -> None:
        self._lying = self.uid(number)

    def take(self) -> None:
        self._lying = None

    def _answer(self, asked: bytes) -> bytes:
        once = self._no_card if self._lying is None else self._write(self._lying)
        return once * asked.count(self._question)


class Pn532Bench(Bench):
    technology = Technology.ULTRALIGHT

    def __init__(self, folder: Path) -> None:
        self.board = Pn532Board()
        self.line = SerialLine(folder / "ttyUSB77", self.board.answer)
        self.url = f"nfc+tty://{self.line.path}?chip=pn532"

    def lay(self, number: int) -> None:
        uid = bytes.fromhex(self.uid(number))
        self.board.tag = Tag(uid, memory=virtual.ntag(uid, SCHOOL_URI).memory)

    def take(self) -> None:
        self.board.tag = None

    def pull(self) -> None:
        self.line.pull()

    def plug(self) -> None:
        self.board.kept = b""
        self.line.plug()

    def close(self) -> None:
        self.line.pull()


class PipeKeyboard:
    """What evdev gives for a grabbed device, over a pipe."""

    name = "a badge reader that types"

    def __init__(self, descriptor: int) -> None:
        self.fd = descriptor

    def close(self) -> None:
        os.close(self.fd)


class WedgeBench(Bench):
    """The kernel's side of a keyboard wedge: events through a pipe, typed on a Belgian layout."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "event7"
        self.url = f"wedge://{self._path}?layout=be&form=hex"
        self._write_end = -1
        self._pipe_read = -1
        self._at_us = 0
        self._opened = threading.Event()
        self.plug()

    def open(self) -> BadgeReader:
        return WedgeReader(
            name="wedge-event7",
            url=self.url,
            path=str(self._path),
            decoder=WedgeDecoder(layout_word="be"),
            form=Form.HEX,
            order=Order.TRANSMISSION,
            card="auto",
            open_and_grab=self._grab,
        )

    def lay(self, number: int) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._write_end, self.typed(self.uid(number)))

    def typed(self, text: str) -> bytes:
        """Return the kernel's bytes for a text and Enter, 4 ms between keys."""
        said = b""
        for code, is_shifted in [*keys_for(text, "be"), (28, False)]:
            codes = (42, code) if is_shifted else (code,)
            for value, order in ((1, codes), (0, codes[::-1])):
                for pressed in order:
                    self._at_us += 2000
                    seconds, micros = divmod(self._at_us, 1_000_000)
                    said += EVENT.pack(seconds, micros, 1, pressed, value)
                    said += EVENT.pack(seconds, micros, 0, 0, 0)
        self._at_us += 1_000_000
        return said

    def pull(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._write_end)
        self._write_end = -1

    def plug(self) -> None:
        self._pipe_read, self._write_end = os.pipe()
        self._path.symlink_to("/dev/null")

    def close(self) -> None:
        if self._write_end >= 0:
            self.pull()
        if self._pipe_read >= 0:
            os.close(self._pipe_read)

    def _grab(self, _path: str) -> PipeKeyboard:
        if self._pipe_read < 0:
            self._pipe_read, self._write_end = os.pipe()
        descriptor, self._pipe_read = self._pipe_read, -1
        return PipeKeyboard(descriptor)


def _em_frame(uid: str) -> bytes:
    return b"\x02" + uid.encode() + f"{xor_of(bytes.fromhex(uid)):02X}".encode()


def _twn4_answer(uid: str) -> bytes:
    length = len(uid) // 2
    return f"000180{8 * length:02X}{length:02X}{uid}\r".encode()


def _stronglink_answer(uid: str) -> bytes:
    body = b"\x01\x00" + bytes.fromhex(uid) + b"\x03"
    frame = b"\xbd" + bytes([len(body) + 1]) + body
    return frame + bytes([xor_of(frame)])


def _wiegand26_hex(number: bytes) -> str:
    return wiegand.number_of(number[0], int.from_bytes(number[1:], "big"))


def _wiegand34_hex(uid: str) -> bytes:
    middle = format(int(uid, 16), "032b")
    first, last = middle[:16].count("1") % 2, 1 - middle[16:].count("1") % 2
    return f"{int(f'{first}{middle}{last}', 2):09X}\r\n".encode()


def _generic_frame(uid: str) -> bytes:
    number = bytes.fromhex(uid)
    return b"\xaa\x55" + number + bytes([sum(number) % 256])


def _em_uid(number: int) -> str:
    return f"{0x6200000000 + number:010X}"


BENCHES: dict[str, Callable[[Path], Bench]] = {
    "simulated": lambda _folder: SimulatedBench(),
    "replay": ReplayBench,
    "pn532": Pn532Bench,
    "wedge": WedgeBench,
    "rdm6300": lambda folder: LineBench(
        folder,
        "frame=rdm6300&baud=9600",
        lambda uid: _em_frame(uid) + b"\x03",
        technology=Technology.EM4100,
        uid=_em_uid,
    ),
    "id12la": lambda folder: LineBench(
        folder,
        "frame=id12la",
        lambda uid: _em_frame(uid) + b"\r\n\x03",
        technology=Technology.EM4100,
        uid=_em_uid,
    ),
    "twn4": lambda folder: AskedBench(
        folder, "frame=twn4", _twn4_answer, question=b"050010\r", no_card=b"0000\r"
    ),
    "twn3": lambda folder: AskedBench(
        folder,
        "frame=twn3",
        lambda uid: uid.encode() + b"\r\n",
        question=b"s",
        no_card=b"N\r\n",
    ),
    "promag": lambda folder: LineBench(
        folder,
        "frame=promag&order=reversed",
        lambda uid: b"\x02" + bytes.fromhex(uid)[::-1].hex().upper().encode() + b"\r\n\x03\r\n",
    ),
    "sl03x": lambda folder: AskedBench(
        folder,
        "frame=sl03x",
        _stronglink_answer,
        question=bytes.fromhex("BA0201B9"),
        no_card=bytes.fromhex("BD030101BE"),
        technology=Technology.ULTRALIGHT,
    ),
    "wiegand26": lambda folder: LineBench(
        folder,
        "frame=wiegand26",
        lambda uid: (_wiegand26_hex(bytes.fromhex(uid)) + "\r\n").encode(),
        technology=Technology.WIEGAND26,
        uid=lambda number: f"7B{1000 + number:04X}",
    ),
    "wiegand34": lambda folder: LineBench(
        folder,
        "frame=wiegand34",
        _wiegand34_hex,
        technology=Technology.WIEGAND34,
        uid=lambda number: f"{0xA1B20000 + number:08X}",
    ),
    "qr": lambda folder: LineBench(
        folder,
        "frame=qr",
        lambda uid: bytes.fromhex(uid) + b"\r\n",
        technology=Technology.BARCODE,
        uid=lambda number: f"ELEVE-{number:04d}".encode().hex().upper(),
    ),
    "generic": lambda folder: LineBench(
        folder, "frame=generic&start=AA55&length=8&form=binary&checksum=sum", _generic_frame
    ),
}


@contextmanager
def bench_of(kind: str, folder: Path) -> Iterator[Bench]:
    """Set up a bench, and put it away."""
    bench = BENCHES[kind](folder)
    try:
        yield bench
    finally:
        bench.close()
