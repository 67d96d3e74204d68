"""Fuzzes whatever a reader can be told: one target for each decoder, from a seed.

Run: python tests/rigs/fuzz_readers.py [--seconds S] [--seed N] [--target NAME]. A target takes any
bytes; it must not raise, must keep no more than a frame, and must give no card that is no identity.
The inputs are good frames, cut, joined, flipped and padded, because pure noise stays at the door.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.tap import Credential, identity_fault
from core.text import printable
from readers.address import parse_address
from readers.card_list import FORMS, _check
from readers.cards import virtual
from readers.cards.apdu import Exchange
from readers.cards.atr import technology_of
from readers.cards.identify import Reading, read_card
from readers.cards.ndef import NdefFaultError, first_text
from readers.cards.sun import read_sun
from readers.errors import ReaderAddressError, TornCardError
from readers.frames.families import FAMILIES
from readers.recording import FORMAT, RecordingFaultError, read_steps
from readers.registry import open_reader
from readers.wedge_keys import EVENT, EventStream, WedgeDecoder

KEPT_BYTES_MAX = 400
EXCHANGES_MAX = 400
UID = bytes.fromhex("04112233445566")
SEEDS = [
    b"\x0262E3086CED08\x03",
    b"\x0262E3086CED08\r\n\x03",
    b"000180380704112233445566\r0000\r",
    b":112233445501\r\nN\r\n1A808001C0\r",
    bytes.fromhex("BD0801000411223301B1BD030101BE"),
    b"2F764DD\r\n",
    b"ELEVE-0042\r\n",
    bytes.fromhex("AA5504112233445566") + b"\x7f",
    bytes.fromhex("D1010F5504") + b"school.be/c/42",
    virtual.ntag(UID, b"\xd1\x01\x03T\x01fA").memory[:64],
    bytes.fromhex("3B8F8001804F0CA000000306030001000000006A"),
    b"".join(EVENT.pack(0, at * 5000, 1, code, 1) for at, code in enumerate((4, 9, 11, 9, 28))),
    b'{"after_ns": 1, "event": "tap", "technology": "ultralight", "uid": "0411", "assurance": 1}',
    b"pcsc://ACR122U?eid=yes&ndef=no",
]

Target = Callable[[bytes], None]


class FoundError(Exception):
    """A target broke its promise."""


def frame_target(word: str) -> Target:
    described = "&start=AA55&length=8&form=binary&checksum=sum" if word == "generic" else ""
    address = parse_address(f"serial:///dev/ttyUSB0?frame={word}{described}")
    decoder = FAMILIES[word].decoder(address)

    def take(said: bytes) -> None:
        middle = len(said) // 2
        for decoded in [*decoder.feed(said[:middle]), *decoder.feed(said[middle:])]:
            if isinstance(decoded, Credential):
                check_card(decoded)
        if len(decoder._kept) > KEPT_BYTES_MAX:
            raise FoundError(f"{word} keeps {len(decoder._kept)} bytes")
        decoder.silence()

    return take


def check_card(card: Credential) -> None:
    fault = identity_fault(card)
    if fault is not None and fault.value in ("length", "empty"):
        raise FoundError(f"a card that is none: {card}")


def wedge(said: bytes) -> None:
    stream, decoder = EventStream(), WedgeDecoder(layout_word="be")
    for event in stream.feed(said):
        decoder.feed(event)


def ndef(said: bytes) -> None:
    with suppress(NdefFaultError):
        text = first_text(said)
        if text and printable(text) != text:
            raise FoundError(f"a text that cannot be printed: {text!r}")


def sun(said: bytes) -> None:
    key = bytes(16)
    picc, mac, enc = said[:16], said[16:24], said[24 : 24 + len(said) % 64]
    if read_sun(picc=picc, mac=mac, enc=enc, meta_key=key, file_key=key):
        raise FoundError(f"a proof that no card made: {said.hex()}")


def card_with(atr: bytes) -> Target:
    def take(said: bytes) -> None:
        """Let the input be all a card ever says, length first."""
        left = said

        def answer() -> bytes:
            nonlocal left
            length = left[0] % 40 if left else 0
            reply, left = left[1 : 1 + length], left[1 + length :]
            return reply + b"\x90\x00" if len(left) % 5 else reply

        with suppress(TornCardError):
            converse(read_card(atr, wants_ndef=True, wants_eid=True), answer)

    return take


def converse(exchange: Exchange[Reading], answer: Callable[[], bytes]) -> None:
    try:
        next(exchange)
        for _ in range(EXCHANGES_MAX):
            exchange.send(answer())
    except StopIteration:
        return
    raise FoundError("a card that is never read to its end")


def recording(said: bytes) -> None:
    lines = [f'{{"format": "{FORMAT}"}}', *said.decode("utf-8", errors="replace").splitlines()]
    with suppress(RecordingFaultError):
        list(read_steps(iter(lines), reader="x"))


def address(said: bytes) -> None:
    with suppress(ReaderAddressError):
        open_reader(said.decode("utf-8", errors="replace"))


def card_list(said: bytes) -> None:
    for read in FORMS.values():
        _check(1, said.decode("cp1252", errors="replace"), read, {})


def targets() -> dict[str, Target]:
    """Return every target by its name."""
    return {
        **{word: frame_target(word) for word in FAMILIES},
        "wedge": wedge,
        "ndef": ndef,
        "sun": sun,
        "atr": lambda said: void(technology_of(said)),
        "type2": card_with(virtual.ntag(UID).atr),
        "type4": card_with(virtual.type4(UID).atr),
        "eid": card_with(virtual.belgian_eid("1").atr),
        "recording": recording,
        "address": address,
        "card_list": card_list,
    }


def void(_result: object) -> None:
    """Drop a result that is only asked for its not raising."""


def mutated(chance: random.Random) -> bytes:
    """Return good frames made bad."""
    said = bytearray()
    for _ in range(chance.randint(1, 4)):
        piece = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(piece) + 1)
            match chance.randrange(5):
                case 0:
                    piece[at:at] = chance.randbytes(chance.randint(1, 8))
                case 1:
                    del piece[at : at + chance.randint(1, 8)]
                case 2:
                    piece[at:at] = piece[:at]
                case 3 if at < len(piece):
                    piece[at] ^= 1 << chance.randrange(8)
                case _:
                    piece[at:] = piece[at:] * chance.randint(1, 20)
        said += piece
    return bytes(said[:4096])


def fuzz(target: Target, *, seed: int, seconds: float) -> int:
    """Run one target for a while; return how many inputs it took. Raises what it raises."""
    chance, runs = random.Random(seed), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        said = mutated(chance)
        try:
            target(said)
        except Exception as fault:
            raise FoundError(f"seed {seed}, input {runs}, {said.hex()}: {fault!r}") from fault
        runs += 1
    return runs


def main() -> None:
    """Run the targets asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each target")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--target", choices=sorted(targets()))
    asked = parser.parse_args()
    for name, target in targets().items():
        if asked.target in (None, name):
            print(f"{name:<12}{fuzz(target, seed=asked.seed, seconds=asked.seconds)} inputs")


if __name__ == "__main__":
    main()
